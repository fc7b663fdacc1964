import { describe, expect, test } from 'vitest';
import { freePort } from '../../src/nats-server/free-port.ts';
import { runCli } from './run-cli.ts';

describe.concurrent('holdfast', () => {
  test('--help names every command, and the simulator', async () => {
    const { status, stdout } = await runCli(['--help']);

    expect(status).toBe(0);
    for (const command of ['up', 'demo', 'controller', 'agent', 'agents', 'explain']) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    }
    expect(stdout).toContain('holdfast simulate');
  });

  test('--version prints the version of the package', async () => {
    const { status, stdout } = await runCli(['--version']);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each([
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['a word for a number', ['up', '--agents', 'many'], 'give a whole number from 0 to 16'],
    ['an unknown log level', ['up', '--log-level', 'loud'], 'Allowed choices are debug, info'],
    ['a missing argument', ['explain'], "missing required argument 'load-balancer'"],
    ['an unknown format', ['machines', 'agent', '--format', 'png'], 'Allowed choices are svg'],
    ['an API that is no URL', ['agents', '--api', 'here'], 'give a URL such as http://127.0.0.1'],
  ])('refuses %s in words', async (_, args, words) => {
    const { status, stdout, stderr } = await runCli(args);

    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.each([['agents'], ['explain', 'web']])(
    '%s without a controller says where it asked and what to do',
    async (...args) => {
      const api = `http://127.0.0.1:${await freePort()}`;

      const { status, stdout, stderr } = await runCli([...args, '--api', api]);

      expect(status).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain(`no controller answers at ${api}`);
      expect(stderr).toContain('npm run up');
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );
});
