import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { says } from '../cli/run-cli.ts';
import { demoTimeoutMs, withDemo } from '../demo/run-demo.ts';

test.each<[string, string, 'SIGINT' | 'SIGTERM']>([
  ['while it starts', 'Starting NATS', 'SIGINT'],
  ['while its agents come up', 'joining', 'SIGTERM'],
  ['while it serves', 'A client asks', 'SIGINT'],
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
