import { once } from 'node:events';
import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { says } from '../cli/run-cli.ts';
import { demoTimeoutMs, withDemo } from '../demo/run-demo.ts';

test.each<[string, string, 'SIGINT' | 'SIGTERM' | 'SIGHUP']>([
  ['while it starts', 'Starting NATS', 'SIGINT'],
  ['while its agents come up', 'joining', 'SIGTERM'],
  ['while it serves', 'A client asks', 'SIGINT'],
  ['by a terminal that is closed', 'A client asks', 'SIGHUP'],
])(
  'a demo that is interrupted %s leaves nothing behind',
  async (_, words, signal) => {
    await withDemo(['--json'], async (demo) => {
      await says(demo, words);

      demo.child.kill(signal);

      const { status, stdout, stderr } = await demo.ended;
      expect(status).toBe(128 + constants.signals[signal]);
      expect(stdout).not.toContain('"ok"');
      expect(stderr).toContain('Interrupted: ending everything that was started');
      expect(stderr).not.toMatch(/^\s+at /m);
    });
  },
  demoTimeoutMs,
);

test(
  'a demo that is told twice of one Ctrl-C, by the terminal and by npm, leaves nothing behind',
  async () => {
    await withDemo(['--one-host'], async (demo) => {
      await says(demo, 'A client asks');

      demo.child.kill('SIGINT');
      await once(demo.child.stderr ?? demo.child, 'data');
      demo.child.kill('SIGINT');

      expect(await demo.ended).toMatchObject({ status: 128 + constants.signals.SIGINT });
    });
  },
  demoTimeoutMs,
);

test(
  'a demo that nobody listens to any more leaves nothing behind',
  async () => {
    await withDemo(['--one-host'], async (demo) => {
      await says(demo, 'bound.settled');

      demo.child.stdout?.destroy();

      const { status, stderr } = await demo.ended;
      expect(status).toBe(128 + constants.signals.SIGPIPE);
      expect(stderr).toBe('Interrupted: ending everything that was started ...\n');
    });
  },
  demoTimeoutMs,
);
