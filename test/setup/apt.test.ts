import { expect, test } from 'vitest';
import { librariesOf, pythonAmong } from '../../src/setup/apt.mjs';

const output = `haproxy
  Depends: libc6
  Depends: libssl3
    libssl3t64
 |Depends: liblua5.3-0
  Depends: adduser
  PreDepends: libsystemd0
  Depends: <virtual>
libc6
  Depends: libgcc-s1
libssl3
  Depends: libc6
  Depends: zlib1g
libssl3t64
  Depends: libzstd1
liblua5.3-0
  Depends: libc6
adduser
  Depends: passwd
passwd
  Depends: libpam0g
libsystemd0
  Depends: libssl3
zlib1g
  Depends: libc6
libpam0g
`;

test('the closure holds the libraries that the program needs, and nothing that only installs it', () => {
  expect(librariesOf('haproxy', output)).toEqual([
    'haproxy',
    'libssl3',
    'liblua5.3-0',
    'libsystemd0',
    'zlib1g',
  ]);
});

test('a Python program needs Python, its modules and libraries, and nothing that only installs it', () => {
  const simulated = `Inst libc6 (2.36-9 Debian:12.13/stable [amd64])
Inst zlib1g (1:1.2.13 Debian:12.13/stable [amd64]) []
Inst perl (5.36.0 Debian:12.13/stable [amd64])
Inst python3 (3.11.2 Debian:12.13/stable [amd64])
Inst python3-yaml (6.0 Debian:12.13/stable [amd64])
Inst adduser (3.134 Debian:12.13/stable [all])
Conf python3-octaviaclient (3.1.0 Debian:12.13/stable [all])
`;

  expect(pythonAmong(simulated)).toEqual(['zlib1g', 'python3', 'python3-yaml']);
});
