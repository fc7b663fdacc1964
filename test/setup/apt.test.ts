import { expect, test } from 'vitest';
import { librariesOf } from '../../src/setup/apt.mjs';

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
