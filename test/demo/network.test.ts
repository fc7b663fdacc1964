import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HostNetwork } from '../../src/demo/network.ts';
import { setStage } from '../../src/demo/stage.ts';

let directory = '';
const made = () => readdirSync(join(directory, 'made'));

/** A machine that makes namespaces and links, as files, and refuses what matches. */
function machineThatRefuses(pattern: string): void {
  const program = join(directory, 'program');
  writeFileSync(
    program,
    `#!/bin/sh
cd ${directory}/made
case "$*" in
  -[Vv]) echo 'iproute2-6.1.0, iputils 20221126, nftables v1.0.6' ;;
  ${pattern}) echo 'RTNETLINK answers: Operation not permitted' >&2; exit 2 ;;
  *' -j link show eth0') echo '[{"address":"02:00:00:00:00:01"}]' ;;
  'netns add '*) touch "namespace-$3" ;;
  'netns del '*) rm "namespace-$3" ;;
  'link add '*) touch "link-$3" ;;
  'link del '*) rm "link-$3" ;;
esac
`,
  );
  chmodSync(program, 0o755);
  for (const name of ['HOLDFAST_IP', 'HOLDFAST_ARPING', 'HOLDFAST_NFT']) vi.stubEnv(name, program);
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-network-'));
  mkdirSync(join(directory, 'made'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

test.each(["'link add '*h2*", '*h2*-6*'])(
  'a network whose second host can only be made in part (%s) is taken away again, with all of that host',
  async (pattern) => {
    machineThatRefuses(pattern);

    await expect(HostNetwork.create(2)).rejects.toThrow('Operation not permitted');

    expect(made()).toEqual([]);
  },
);

test('a machine that refuses hosts of their own is quoted with its reason', async () => {
  machineThatRefuses("'link add '*");
  vi.spyOn(process, 'getuid').mockReturnValue(0);

  const { opening } = await setStage(2, false);

  expect(opening).toMatch(
    /^All agents are of one host, since this machine refuses network namespaces: .* RTNETLINK answers: Operation not permitted\.$/,
  );
});
