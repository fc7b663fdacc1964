import { describe, expect, test } from 'vitest';
import { composeSources, parseDeb822, parseOneLine } from '../../src/setup/debian-sources.mjs';

const onBookworm = {
  codename: 'bookworm',
  architecture: 'amd64',
  extraRelease: 'trixie',
  hasKeyring: true,
};

/** The stanzas of the private sources, for machines that have the given ones. */
function composed(configured: readonly Record<string, string>[], options = onBookworm) {
  return parseDeb822(composeSources([...configured], options));
}

describe('the one-line format', () => {
  test('is read with and without options', () => {
    const stanzas = parseOneLine(`
      # deb http://commented.example/debian bookworm main
      deb http://mirror.example/debian bookworm main contrib # the mirror
      deb [arch=amd64,i386 signed-by=/keys/a.gpg] https://b.example/debian bookworm-updates main
      deb-src http://mirror.example/debian bookworm main
    `);

    expect(stanzas).toEqual([
      {
        types: 'deb',
        uris: 'http://mirror.example/debian',
        suites: 'bookworm',
        components: 'main contrib',
      },
      {
        types: 'deb',
        uris: 'https://b.example/debian',
        suites: 'bookworm-updates',
        components: 'main',
        arch: 'amd64 i386',
        'signed-by': '/keys/a.gpg',
      },
    ]);
  });
});

describe('the deb822 format', () => {
  test('is read with comments, several stanzas and continued values', () => {
    const stanzas = parseDeb822(
      [
        'Types: deb deb-src',
        '# a comment between fields',
        'URIs: http://mirror.example/debian',
        'Suites: bookworm bookworm-updates',
        'Components: main',
        'Signed-By:',
        ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
        ' .',
        ' abc',
        '',
        'Types: deb',
        'URIs: http://mirror.example/debian-security',
        'Suites: bookworm-security',
        'Components: main',
        '',
      ].join('\n'),
    );

    expect(stanzas.map((stanza) => stanza['suites'])).toEqual([
      'bookworm bookworm-updates',
      'bookworm-security',
    ]);
    expect(stanzas[0]?.['signed-by']).toBe('\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc');
  });
});

describe('the private sources', () => {
  test('take the own release from the own mirrors, and the newer release from the same one', () => {
    const stanzas = composed(
      parseOneLine(`
        deb http://mirror.example/debian bookworm main contrib
        deb http://mirror.example/debian bookworm-backports main
        deb http://security.example/debian-security bookworm-security main
      `),
    );

    expect(stanzas.map((stanza) => [stanza['uris'], stanza['suites']])).toEqual([
      ['http://mirror.example/debian', 'bookworm'],
      ['http://security.example/debian-security', 'bookworm-security'],
      ['http://mirror.example/debian', 'trixie'],
    ]);
    expect(stanzas.every((stanza) => stanza['components'] === 'main')).toBe(true);
    expect(stanzas.every((stanza) => stanza['architectures'] === 'amd64')).toBe(true);
  });

  test("leave out other people's packages and what is switched off", () => {
    const stanzas = composed([
      ...parseOneLine('deb http://other.example/apt cloud-sdk-bookworm main'),
      ...parseOneLine('deb cdrom:[Debian 12]/ bookworm main'),
      ...parseDeb822(
        'Enabled: no\nTypes: deb\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main\n',
      ),
      ...parseOneLine('deb http://mirror.example/debian bookworm main'),
    ]);

    expect(new Set(stanzas.map((stanza) => stanza['uris']))).toEqual(
      new Set(['http://mirror.example/debian']),
    );
  });

  test('keep how signatures are checked', () => {
    const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc';
    const stanzas = composed(
      [
        {
          types: 'deb',
          uris: 'http://mirror.example/debian',
          suites: 'bookworm',
          components: 'main',
          'signed-by': key,
          'check-valid-until': 'no',
        },
      ],
      { ...onBookworm, hasKeyring: false },
    );

    expect(stanzas.map((stanza) => stanza['signed-by'])).toEqual([key, key]);
    expect(stanzas.map((stanza) => stanza['check-valid-until'])).toEqual(['no', 'no']);
  });

  test("fall back on Debian's own mirror where none is configured", () => {
    const stanzas = composed([], { ...onBookworm, hasKeyring: false });

    expect(stanzas.map((stanza) => [stanza['uris'], stanza['suites']])).toEqual([
      ['http://deb.debian.org/debian', 'bookworm'],
      ['http://deb.debian.org/debian-security', 'bookworm-security'],
      ['http://deb.debian.org/debian', 'trixie'],
    ]);
  });
});
