import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { renderConfig } from '../../drivers/haproxy/render/config.ts';
import { quoted } from '../../drivers/haproxy/render/quote.ts';
import { unsupported } from '../../drivers/haproxy/unsupported.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import {
  healthMonitor,
  listener,
  loadBalancerDocument,
  member,
  pool,
} from '../fixtures/documents.ts';
import { haproxyBinary } from './haproxy-binary.ts';
import { vip } from './support/haproxy-host.ts';

const settings = {
  maxConnections: 1_000,
  openFilesMax: 20_000,
  hardStopAfterMs: 30_000,
  user: null,
  group: null,
  addressMoves: false,
};
const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-render-'));
afterAll(() => rmSync(directory, { recursive: true }));
const binary = haproxyBinary();

/** HAProxy's own verdict on a configuration; empty where it is content. */
function objections(config: string): string {
  const file = path.join(directory, 'haproxy.cfg');
  writeFileSync(file, config);
  const done = spawnSync(binary, ['-c', '-f', file], { cwd: directory, encoding: 'utf8' });
  return done.status === 0 ? '' : `${done.stderr}${done.stdout}\n${config}`;
}

/** Characters that mean something to HAProxy, or end a line. */
const special = fc.constantFrom(
  ...`'"#$\\ -%{}[]()|;,:/=&~`.split(''),
  '\n',
  '\r',
  '\0',
  '\t',
  '\u2028',
  'é',
);
const nasty = fc.string({ unit: fc.oneof(special, fc.string({ maxLength: 1 })), maxLength: 40 });
const directive = fc.constantFrom(
  '\n    user root',
  "'\nglobal\n    user root",
  "' user root '",
  '/ user root',
  '-f /etc/passwd',
  '$HOME',
  '# ',
  'true\n  http-request return status 200',
);
const userText = fc.oneof(
  nasty,
  directive,
  fc.tuple(nasty, directive).map((two) => two.join('')),
);
/** Paths that an honest user may have: all that a request line may hold. */
const honestPath = fc
  .string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) })
  .map((rest) => `/${rest}`);

interface UserStrings {
  readonly urlPath: string;
  readonly domainName: string;
  readonly codes: string;
  readonly method: string;
  readonly address: string;
  readonly cidr: string;
  readonly header: string;
  readonly anything: string;
}

const harmless: UserStrings = {
  urlPath: '/',
  domainName: 'example.org',
  codes: '200',
  method: 'GET',
  address: '127.0.0.1',
  cidr: '10.0.0.0/8',
  header: 'X-Forwarded-For',
  anything: 'x',
};

/** A document with the given strings in every place where a user may write. */
function written(strings: UserStrings, base: LoadBalancerDocument): LoadBalancerDocument {
  const free = {
    name: strings.anything,
    tags: [strings.anything],
    project_id: strings.anything,
  };
  const [front] = base.listeners;
  const [behind] = base.pools;
  return {
    ...base,
    ...free,
    description: strings.anything,
    provider: strings.anything,
    availability_zone: strings.anything,
    vip_address: strings.address,
    listeners: [
      {
        ...front!,
        ...free,
        description: strings.anything,
        allowed_cidrs: [strings.cidr],
        insert_headers: { [strings.header]: 'true' },
      },
    ],
    pools: [
      {
        ...behind!,
        ...free,
        description: strings.anything,
        members: behind!.members.map((each) => ({
          ...each,
          ...free,
          address: strings.address,
          monitor_address: strings.address,
        })),
        healthmonitor: {
          ...behind!.healthmonitor!,
          ...free,
          url_path: strings.urlPath,
          domain_name: strings.domainName,
          expected_codes: strings.codes,
          http_method: strings.method,
        },
      },
    ],
  };
}

function base(): LoadBalancerDocument {
  const behind = pool({ members: [member()], healthmonitor: healthMonitor() });
  return loadBalancerDocument({
    vip_address: vip,
    listeners: [listener({ default_pool_id: behind.id })],
    pools: [behind],
  });
}

/** The configuration without what stands in quotes, where users' words are. */
function skeleton(config: string): string {
  return config.replaceAll(/'[^']*'(\\''[^']*')*/g, '<quoted>');
}

describe('what users write', () => {
  const places = Object.keys(harmless) as (keyof UserStrings)[];

  test.each(places)('%s is refused by name, or stays within its quotes', (place) => {
    const document = base();
    const expected = skeleton(renderConfig(written(harmless, document), settings)!);
    const given = place === 'urlPath' ? fc.oneof(userText, honestPath) : userText;
    fc.assert(
      fc.property(given, (text) => {
        const hostile = written({ ...harmless, [place]: text }, document);
        if (unsupported(hostile).length > 0) return;
        const config = renderConfig(hostile, settings)!;
        if (place === 'urlPath' || place === 'domainName' || place === 'anything') {
          expect(skeleton(config)).toBe(expected);
        }
        // Where words are not quoted, they come from a list, or from an address's or a code's grammar.
        expect(config.split('\n')).toHaveLength(expected.split('\n').length);
      }),
      { numRuns: 500 },
    );
  });

  test('HAProxy accepts whatever is not refused', () => {
    const strings = fc.record<UserStrings>({
      urlPath: honestPath,
      domainName: fc.domain(),
      codes: fc.constantFrom('200', '200,201', '200 , 404', '200-204'),
      method: fc.constantFrom('GET', 'HEAD', 'OPTIONS'),
      address: fc.oneof(fc.constant('127.0.0.1'), fc.ipV4(), fc.ipV6()),
      cidr: fc.constantFrom('10.0.0.0/8', '::/0', '192.0.2.1/32', 'fd00::/8'),
      header: fc.constantFrom('X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto'),
      anything: userText,
    });
    fc.assert(
      fc.property(strings, (given) => {
        const document = written(given, base());
        fc.pre(unsupported(document).length === 0);
        expect(objections(renderConfig(document, settings)!)).toBe('');
      }),
      { numRuns: 60 },
    );
  });

  test('no quoted word can leave its quotes', () => {
    const printable = fc.string({
      unit: fc.oneof(
        fc.constantFrom("'", '"', '#', '$', '\\', ' '),
        fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      ),
    });
    const line = (word: string) =>
      `frontend a\n    mode http\n    bind 127.0.0.1:1\n    timeout client 1s\n    description ${word}\n`;
    fc.assert(
      fc.property(printable, (text) => {
        fc.pre(!text.startsWith('-') && text !== '');
        // One word after `description`, or HAProxy would take the rest for another argument.
        expect(objections(`${line(quoted(text))}    monitor-uri ${quoted(`/${text}`)}\n`)).toBe('');
      }),
      { numRuns: 40 },
    );
  });

  test.each(['a\nb', 'a\0b', '\u007f', '-f', '\t'])('%j is never rendered', (text) => {
    expect(() => quoted(text)).toThrow(/can't be rendered/);
  });
});

describe('the configuration', () => {
  test('binds nothing where nothing is enabled', () => {
    expect(renderConfig({ ...base(), admin_state_up: false }, settings)).toBeNull();
    expect(renderConfig({ ...base(), listeners: [] }, settings)).toBeNull();
  });

  test('keeps its connections within the limit of open files', () => {
    const limited = (connection_limit: number) => {
      const document = base();
      Object.assign(document.listeners[0]!, { connection_limit });
      return renderConfig(document, settings)!;
    };
    const global = (config: string) => /^ {4}maxconn (\d+)$/m.exec(config)?.[1];
    expect(global(limited(-1))).toBe('1000');
    expect(global(limited(50))).toBe('50');
    expect(global(limited(1_000_000))).toBe('9949');
    expect(limited(50).match(/maxconn 50$/gm)).toHaveLength(2);
  });

  test('speaks HTTP/1.1 to members with the address of the load balancer, for want of a name', () => {
    const document = base();
    Object.assign(document.pools[0]!.healthmonitor!, { http_version: 1.1 });
    expect(renderConfig(document, settings)).toContain(`ver HTTP/1.1 hdr Host '${vip}'`);
  });

  test('names a user only where it is told to', () => {
    expect(renderConfig(base(), settings)).not.toMatch(/^ {4}user/m);
    const config = renderConfig(base(), { ...settings, user: 'nobody', group: 'nogroup' })!;
    expect(config).toContain('    user nobody\n    group nogroup');
    expect(objections(config)).toBe('');
  });
});
