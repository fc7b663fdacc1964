import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../simulator/cli/command.ts';
import { losesGoodbyes } from '../../simulator/planted/buses.ts';
import { parseScenario } from '../../simulator/scenario-file/read.ts';
import { simulate } from '../../simulator/simulate.ts';
import { runInProcess } from './support/run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-scenario-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...words: readonly string[]) {
  let written = '';
  const status = await runCommand(words, { write: (text) => (written += text) });
  return { status, written };
}

const handwritten = `
format: holdfast-scenario/1
name: two-crashes
summary: both agents that could serve die together
topology: { controllers: 1, agents: 3 }
until: 12 s
faults:
  - { kind: agent-crash, at: 4 s, for: 3 s, target: agent-1 }
  - { kind: agent-cut, at: 4.5 s, for: 2 s, target: agent-2, variant: both }
workload:
  - { do: create, at: 500 ms, loadBalancer: web }
  - { do: create, at: 1 s, loadBalancer: mail }
  - { do: edit, at: 2 s, loadBalancer: web, description: new words }
  - { do: delete, at: 8 s, loadBalancer: mail }
`;

describe('a saved run', () => {
  test.each([
    ['run.yaml', 'agent-crash', '3'],
    ['run.yaml', 'rough-day', '4'],
    ['run.json', 'rough-day', '6'],
    ['run.yaml', 'many-hands', '2'],
  ])('in %s is the very run: %s, seed %s', async (name, scenario, seed) => {
    const file = join(folder, name);
    const words = ['--controllers', '1', '--scenario', scenario, '--seed', seed, '--json'];
    const first = await run(...words, '--save', file);
    const second = await run('--scenario', file, '--json');
    // The last line tells how long it took, by the wall.
    const runOf = (written: string) => written.split('\n')[0];
    expect(runOf(second.written)).toBe(runOf(first.written));
    expect(await readFile(file, 'utf8')).toContain(`${scenario}`);
  });
});

describe('the checkers that only its scenario has', () => {
  test('are in the file of a saved run, and find there what they found', async () => {
    const file = join(folder, 'drain.yaml');
    await run('--scenario', 'drain', '--seed', '1', '--json', '--save', file);

    const { seed, run: options } = parseScenario(await readFile(file, 'utf8'), file);
    const { violations } = await simulate({ ...options, seed, parts: { bus: losesGoodbyes } });

    expect(violations[0]?.checker).toBe('drain-leaves-no-gap');
  });

  test('can be asked for by name, and a wrong name is told with the right ones', () => {
    const asking = (name: string) => handwritten.concat(`checkers: [${name}]\n`);

    const { run: options } = parseScenario(asking('silence-touches-nothing'), 'quiet.yaml');
    const wrong = () => parseScenario(asking('no-such'), 'quiet.yaml');

    expect(options.scenario.checkers?.map(({ name }) => name)).toEqual(['silence-touches-nothing']);
    expect(wrong).toThrow(
      /^quiet.yaml: checkers\[0\]: there is no checker 'no-such'.*drain-leaves-no-gap/,
    );
  });
});

describe('a file by hand', () => {
  test('runs with what it says', async () => {
    const { seed, run: options } = parseScenario(handwritten, 'by-hand.yaml');
    const seen = new Set<string>();
    const result = await simulate({
      ...options,
      seed,
      onLine: ({ who, what }) => seen.add(`${who} ${what}`),
    });
    expect(result).toMatchObject({ ok: true, scenario: 'two-crashes', violations: [] });
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'agent-1 agent-crash begins',
        'agent-2 agent-cut ends',
        'client edit acknowledged',
        'client delete acknowledged',
      ]),
    );
  });

  test('may have other timings, and work that is drawn', async () => {
    const text = handwritten
      .replace(/workload:[^]*/, 'workload: { createdBy: 3 s }\n')
      .replace('agents: 3', 'agents: 3, loadBalancers: 5')
      .concat('timings: { preset: wan, heartbeatMs: 1500 }\n');
    const { run: options } = parseScenario(text, 'drawn.yaml');
    expect(options.timings).toMatchObject({ heartbeatMs: 1_500, leaseMs: 10_000 });
    let created = 0;
    await simulate({
      ...options,
      seed: 2,
      onPlan: ({ work }) => (created = work.filter(({ type }) => type === 'create').length),
    });
    expect(created).toBe(5);
  });
});

test('the example of the documentation is a scenario, and passes', async () => {
  const prose = await readFile(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(prose) ?? [];
  const { seed, run: options } = parseScenario(example, 'docs/simulator.md');
  expect(await simulate({ ...options, seed })).toMatchObject({
    ok: true,
    scenario: 'two-at-once',
    violations: [],
  });
});

describe('what is wrong is told with its file, its key and what would be right', () => {
  test.each([
    [
      'kind: agent-crash',
      'kind: agent-crsh',
      /faults\[0\]\.kind: .*'agent-crsh'; there are .*agent-crash/,
    ],
    ['target: agent-1', 'target: agent-9', /faults\[0\]\.target: 'agent-9' is .* 'agent-1' or/],
    ['variant: both', 'variant: up', /faults\[1\]\.variant: 'up' must be 'in' or 'out' or 'both'/],
    ['at: 4 s', 'at: 4', /faults\[0\]\.at: a duration has a unit/],
    ['at: 4 s', 'at: 4 days', /faults\[0\]\.at: '4 days' is no duration; write a number/],
    ['at: 4 s', 'at: 11 s', /faults\[0\]\.at: it must be over by 'until'/],
    ['for: 3 s', 'during: 3 s', /faults\[0\]: there is no key 'during' here; there are kind, at/],
    ['agents: 3', 'agents: 0', /topology\.agents: /],
    ['do: create, at: 1 s', 'do: creat, at: 1 s', /workload\[1\].*: each piece of work says 'do/],
    [
      'at: 2 s, loadBalancer: web',
      'at: 2 s, loadBalancer: wob',
      /workload\[2\]\.loadBalancer: noth/,
    ],
    ['until: 12 s', 'until: 12 s\ntimings: { leaseMs: 10 }', /timings: .*can't work together/],
    ['until: 12 s', 'until: [', /: .* at line \d+/],
    ['scenario/1', 'scenario/2', /format: must be 'holdfast-scenario\/1'/],
  ])('%s as %s', (right, wrong, message) => {
    const act = () => parseScenario(handwritten.replace(right, wrong), 'by-hand.yaml');
    expect(act).toThrow(message);
    expect(act).toThrow(/^by-hand\.yaml: /);
  });

  test.each([
    [
      '{ verb: update, kind: member, name: pool }',
      /operation\.name: a member stands behind .*'pool\/m/,
    ],
    ['{ verb: replace, kind: member, name: pool/m }', /operation\.kind: 'replace' is a batch/],
    ['{ verb: add, kind: pool, name: pool }', /operation\.attributes\.members: /],
    ['{ verb: create, kind: listener }', /operation\.name: say which listener/],
    ['{ verb: delete, kind: loadbalancer }', /operation\.verb: say 'do: delete'/],
    ['{ verb: update, kind: loadbalancer, name: web }', /operation\.name: leave it out/],
    [
      '{ verb: update, kind: pool, name: pool, attributes: { lb_algorithm: BEST } }',
      /operation\.attributes\.lb_algorithm: /,
    ],
    [
      '{ verb: create, kind: member, name: pool/m, attributes: { address: 10.0.0.1, protocol_port: 99999 } }',
      /operation\.attributes\.protocol_port: /,
    ],
  ])('an operation that would never be sent, or be refused: %s', (operation, message) => {
    const wrong = handwritten.replace('description: new words', `operation: ${operation}`);
    expect(() => parseScenario(wrong, 'by-hand.yaml')).toThrow(message);
  });

  test('on the command line, with exit status 2', async () => {
    const file = join(folder, 'wrong.yaml');
    await writeFile(file, handwritten.replace('agent-crash', 'earthquake'));
    const { status, stderr } = await runInProcess('--scenario', file);
    expect(status).toBe(2);
    expect(stderr).toContain(`${file}: faults[0].kind: there is no kind of fault`);
  });

  test('a size beside a file is refused, since the file has one', async () => {
    const file = join(folder, 'right.yaml');
    await writeFile(file, handwritten);
    const { status, stderr } = await runInProcess('--scenario', file, '--agents', '4');
    expect(status).toBe(2);
    expect(stderr).toContain('has a topology of its own');
  });
});
