import { describe, expect, test } from 'vitest';
import type { CommandMessage, CommandReply } from '../../machines/protocol/agent-messages.ts';
import { commandsAtOnceMax } from '../../machines/protocol/command-batch.ts';
import { Commands } from '../../src/controller/commands/commands.ts';
import { type Bus, NoResponders, RequestTimeout } from '../../src/ports/bus.ts';
import { loadBalancerDocument } from '../fixtures/documents.ts';
import { Virtual } from '../host/support/virtual.ts';

const agent = 'agent-2';
const standby = { agent };

function command(index: number, change: Partial<CommandMessage> = {}): CommandMessage {
  return {
    loadBalancer: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    epoch: 2,
    incarnation: 1,
    generation: index,
    status: 'live',
    grant: true,
    device: 'memory',
    document: null,
    briefed: 'write-1',
    requestId: null,
    ...change,
  };
}

const applied = ({ epoch, generation }: CommandMessage): CommandReply => ({
  type: 'applied',
  epoch,
  generation,
  operating: null,
});

/** An agent that answers as the test wants, and a note of what was sent to it. */
function sending(answer: (kind: string, commands: readonly CommandMessage[]) => object) {
  const virtual = new Virtual();
  const sent: { readonly kind: string; readonly count: number }[] = [];
  const request: Bus['request'] = async (subject, data) => {
    const kind = subject.split('.').at(-1) ?? '';
    const message = JSON.parse(data) as CommandMessage & { commands?: CommandMessage[] };
    const commands = message.commands ?? [message];
    sent.push({ kind, count: commands.length });
    return JSON.stringify(answer(kind, commands));
  };
  const commands = new Commands({
    bus: { request } as Bus,
    clock: virtual.clock,
    timings: { commandTimeoutMs: 1_000 },
  });
  return { virtual, sent, commands };
}

const obedient = (kind: string, commands: readonly CommandMessage[]): object =>
  kind === 'commands' ? { replies: commands.map(applied) } : applied(commands[0] as CommandMessage);

describe('commands that leave together', () => {
  test('go in one message, and each has its own answer', async () => {
    const { virtual, sent, commands } = sending(obedient);
    const all = [1, 2, 3].map((index) => command(index));

    const replies = all.map((each) => commands.sendTogether(standby, each));

    expect(await virtual.settled(Promise.all(replies))).toEqual(all.map(applied));
    expect(sent).toEqual([{ kind: 'commands', count: 3 }]);
  });

  test('go in several messages where there are more than one may hold', async () => {
    const { virtual, sent, commands } = sending(obedient);
    const all = Array.from({ length: commandsAtOnceMax + 2 }, (_, index) => command(index));

    const replies = all.map((each) => commands.sendTogether(standby, each));

    expect(await virtual.settled(Promise.all(replies))).toEqual(all.map(applied));
    expect(sent.map(({ count }) => count)).toEqual([commandsAtOnceMax, 2]);
  });

  test('go to their own agents', async () => {
    const { virtual, sent, commands } = sending(obedient);

    const replies = ['agent-1', 'agent-2'].flatMap((other) =>
      [1, 2].map((index) => commands.sendTogether({ agent: other }, command(index))),
    );
    await virtual.settled(Promise.all(replies));

    expect(sent).toEqual([
      { kind: 'commands', count: 2 },
      { kind: 'commands', count: 2 },
    ]);
  });

  test('go by themselves where there is one, or one that carries its document', async () => {
    const { virtual, sent, commands } = sending(obedient);

    const one = commands.sendTogether(standby, command(1));
    const whole = command(2, { document: loadBalancerDocument() });
    const other = commands.sendTogether(standby, whole);

    expect(await virtual.settled(Promise.all([one, other]))).toEqual([
      applied(command(1)),
      applied(command(2)),
    ]);
    expect(sent.map(({ kind }) => kind)).toEqual(['command', 'command']);
  });

  test('are asked after by themselves where they are still under way', async () => {
    const { virtual, sent, commands } = sending((kind, all) =>
      kind === 'commands'
        ? { replies: [applied(all[0] as CommandMessage), { type: 'underway' }] }
        : obedient(kind, all),
    );

    const replies = [1, 2].map((index) => commands.sendTogether(standby, command(index)));

    expect(await virtual.settled(Promise.all(replies))).toEqual([
      applied(command(1)),
      applied(command(2)),
    ]);
    expect(sent.map(({ kind }) => kind)).toEqual(['commands', 'command']);
  });

  test('go by themselves to an agent that does not listen to several', async () => {
    const { virtual, sent, commands } = sending((kind, all) => {
      if (kind === 'commands') throw new NoResponders('nobody listens');
      return obedient(kind, all);
    });

    const replies = [1, 2].map((index) => commands.sendTogether(standby, command(index)));

    expect(await virtual.settled(Promise.all(replies))).toEqual([
      applied(command(1)),
      applied(command(2)),
    ]);
    expect(sent.map(({ kind }) => kind)).toEqual(['commands', 'command', 'command']);
  });

  test('have failed together where there is no answer', async () => {
    const { virtual, sent, commands } = sending(() => {
      throw new RequestTimeout('no answer');
    });

    const replies = [1, 2].map((index) =>
      commands.sendTogether(standby, command(index)).catch((error: unknown) => error),
    );
    const failed = await virtual.settled(Promise.all(replies));

    expect(failed.every((error) => error instanceof RequestTimeout)).toBe(true);
    expect(sent).toHaveLength(1);
  });
});
