import { describe, expect, test } from 'vitest';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { applyOperation } from '../../machines/model/operations/apply.ts';
import type { Operation } from '../../machines/model/operations/operation.ts';
import { healthMonitor, listener, loadBalancer, member, pool, tree } from './documents.ts';
import { faultOf } from './faults.ts';

const now = '2026-01-02T03:04:05';

const apply = (document: LoadBalancerDocument, operation: Operation) =>
  applyOperation(document, operation, { generation: 2, now });

describe('listeners', () => {
  const added = (document: LoadBalancerDocument, fields: Parameters<typeof listener>[0]) =>
    faultOf(() =>
      apply(document, { type: 'listener.create', listener: listener(fields), pool: null }),
    );

  test('share a port number only between TCP, UDP and SCTP', () => {
    const document = loadBalancer({ listeners: [listener({ protocol: 'HTTP' })] });
    expect(added(document, { protocol: 'TCP' })).toBe(
      '409 Another Listener on this Load Balancer is already using protocol HTTP and protocol_port 80',
    );
    expect(added(document, { protocol: 'PROMETHEUS' })).toMatch(/^409/);
    expect(added(document, { protocol: 'UDP' })).toBe('no fault');
    expect(added(document, { protocol: 'SCTP' })).toBe('no fault');
    expect(added(document, { protocol: 'TCP', protocol_port: 81 })).toBe('no fault');
  });

  test('send traffic only to pools whose protocol fits', () => {
    const fits: Record<string, string[]> = {
      TCP: ['TCP', 'HTTP', 'HTTPS', 'PROXY', 'PROXYV2'],
      HTTP: ['HTTP', 'PROXY', 'PROXYV2'],
      HTTPS: ['HTTPS', 'PROXY', 'PROXYV2', 'TCP'],
      UDP: ['UDP'],
      SCTP: ['SCTP'],
    };
    const pools = (['TCP', 'HTTP', 'HTTPS', 'PROXY', 'PROXYV2', 'UDP', 'SCTP'] as const).map(
      (protocol) => pool({ protocol }),
    );
    for (const protocol of ['TCP', 'HTTP', 'HTTPS', 'UDP', 'SCTP'] as const) {
      for (const target of pools) {
        const fault = added(loadBalancer({ pools }), { protocol, default_pool_id: target.id });
        expect(fault).toBe(
          fits[protocol]?.includes(target.protocol)
            ? 'no fault'
            : `400 Validation failure: The pool protocol '${target.protocol}' is invalid while the ` +
                `listener protocol is '${protocol}'.`,
        );
      }
    }
  });

  test('of PROMETHEUS have no pool', () => {
    const target = pool();
    const document = loadBalancer({ pools: [target] });
    expect(added(document, { protocol: 'PROMETHEUS', default_pool_id: target.id })).toBe(
      '400 Protocol PROMETHEUS listeners cannot have child objects.',
    );
  });

  test('may be made together with their pool', () => {
    const made = pool({ members: [member()] });
    const operation: Operation = { type: 'listener.create', listener: listener(), pool: made };
    const after = apply(loadBalancer(), operation);
    expect(after.listeners[0]?.default_pool_id).toBe(made.id);
    expect(after.pools[0]?.members).toHaveLength(1);
  });

  test('insert only headers that are known, on protocols that have headers', () => {
    const insert = (protocol: 'HTTP' | 'TCP', name: string, value = 'true') =>
      added(loadBalancer(), { protocol, insert_headers: { [name]: value } });
    expect(insert('HTTP', 'X-Forwarded-For')).toBe('no fault');
    expect(insert('TCP', 'X-Forwarded-For')).toBe(
      '400 insert-headers is not a valid option for a TCP protocol listener.',
    );
    expect(insert('HTTP', 'X-Evil')).toBe('400 X-Evil is not a valid option for insert_headers');
    expect(insert('HTTP', 'X-SSL-Client-CN')).toMatch(/^400 X-SSL-Client-CN is not a valid option/);
    expect(insert('HTTP', 'X-Real-IP', 'true\n  server evil 1.2.3.4')).toMatch(/^400/);
  });

  test('speak TLS with a certificate, and only then have one', () => {
    const ref = 'https://barbican/secrets/1';
    expect(added(loadBalancer(), { protocol: 'TERMINATED_HTTPS' })).toMatch(
      /^400 .*An SNI or default certificate container reference must be provided/,
    );
    expect(
      added(loadBalancer(), { protocol: 'TERMINATED_HTTPS', default_tls_container_ref: ref }),
    ).toBe('no fault');
    expect(added(loadBalancer(), { protocol: 'HTTP', default_tls_container_ref: ref })).toMatch(
      /^400 .*Certificate container references are not allowed on HTTP/,
    );
    expect(added(loadBalancer(), { protocol: 'UDP', sni_container_refs: [ref] })).toMatch(
      /^400 .*UDP protocol listener does not support TLS\./,
    );
    expect(added(loadBalancer(), { client_authentication: 'MANDATORY' })).toMatch(
      /^400 .*MANDATORY requires a client CA/,
    );
    expect(added(loadBalancer(), { client_crl_container_ref: ref })).toMatch(/^400 .*revocation/);
    expect(added(loadBalancer(), { hsts_max_age: 5 })).toMatch(/^400 .*HSTS feature/);
    expect(added(loadBalancer(), { hsts_preload: true })).toMatch(/^400 .*HSTS configuration/);
  });

  test('admit networks of the family of a VIP only', () => {
    expect(added(loadBalancer(), { allowed_cidrs: ['10.0.0.0/8'] })).toBe('no fault');
    expect(added(loadBalancer(), { allowed_cidrs: ['2001:db8::/32'] })).toBe(
      "400 Validation failure: CIDR 2001:db8::/32 IP version incompatible with all VIPs ['203.0.113.10'] IP version.",
    );
  });
});

describe('pools', () => {
  test('that are deleted let go of their listeners', () => {
    const { document, aPool, aListener } = tree();
    const after = apply(document, { type: 'pool.delete', id: aPool.id });
    expect(after.pools).toEqual([]);
    expect(after.listeners[0]).toMatchObject({
      id: aListener.id,
      default_pool_id: null,
      changed_generation: 2,
    });
  });

  test('become the default of a listener that has none', () => {
    const target = listener();
    const document = loadBalancer({ listeners: [target] });
    const made = pool();
    const operation: Operation = { type: 'pool.create', pool: made, listenerId: target.id };
    const after = apply(document, operation);
    expect(after.listeners[0]).toMatchObject({ default_pool_id: made.id, changed_generation: 2 });
    const again: Operation = { type: 'pool.create', pool: pool(), listenerId: target.id };
    expect(faultOf(() => applyOperation(after, again, { generation: 3, now }))).toBe(
      '409 This listener already has a default pool',
    );
  });

  test('keep sessions only by means that their protocol has', () => {
    const persistence = {
      cookie_name: null,
      persistence_timeout: null,
      persistence_granularity: null,
    };
    const made = (fields: Parameters<typeof pool>[0]) =>
      faultOf(() =>
        apply(loadBalancer(), { type: 'pool.create', pool: pool(fields), listenerId: null }),
      );
    const kept = (type: 'SOURCE_IP' | 'HTTP_COOKIE' | 'APP_COOKIE', more = {}) => ({
      session_persistence: { ...persistence, type, ...more },
    });
    expect(made(kept('SOURCE_IP'))).toBe('no fault');
    expect(made(kept('APP_COOKIE', { cookie_name: 'sid' }))).toBe('no fault');
    expect(made(kept('APP_COOKIE'))).toMatch(/must be specified when using the "APP_COOKIE"/);
    expect(made(kept('HTTP_COOKIE', { cookie_name: 'sid' }))).toMatch(/can only be specified/);
    expect(made(kept('APP_COOKIE', { cookie_name: 's"id' }))).toMatch(/"cookie_name" is invalid/);
    expect(made(kept('SOURCE_IP', { persistence_timeout: 3 }))).toMatch(/only for UDP and SCTP/);
    expect(made({ protocol: 'UDP', ...kept('HTTP_COOKIE') })).toMatch(/not supported for UDP/);
    expect(made({ protocol: 'UDP', ...kept('SOURCE_IP', { persistence_timeout: 3 }) })).toBe(
      'no fault',
    );
    expect(made({ crl_container_ref: 'x' })).toMatch(/A CA certificate reference is required/);
  });

  test('keep the type of their session persistence where a change leaves it out', () => {
    const sticky = pool({
      session_persistence: {
        type: 'APP_COOKIE',
        cookie_name: 'old',
        persistence_timeout: null,
        persistence_granularity: null,
      },
    });
    const changes = {
      session_persistence: {
        cookie_name: 'new',
        persistence_timeout: null,
        persistence_granularity: null,
      },
    };
    const update: Operation = { type: 'pool.update', id: sticky.id, changes };
    const after = apply(loadBalancer({ pools: [sticky] }), update);
    expect(after.pools[0]?.session_persistence).toMatchObject({
      type: 'APP_COOKIE',
      cookie_name: 'new',
    });
    const plain = pool();
    const refused: Operation = { type: 'pool.update', id: plain.id, changes };
    expect(faultOf(() => apply(loadBalancer({ pools: [plain] }), refused))).toBe(
      '400 Validation failure: Invalid session_persistence provided.',
    );
  });
});

describe('members', () => {
  test('are told apart by address and port, however the address is written', () => {
    const target = pool({ members: [member({ address: '2001:db8::1', protocol_port: 80 })] });
    const document = loadBalancer({ pools: [target] });
    const added = (fields: Parameters<typeof member>[0]) =>
      faultOf(() =>
        apply(document, { type: 'member.create', poolId: target.id, member: member(fields) }),
      );
    expect(added({ address: '2001:db8::1', protocol_port: 80 })).toBe(
      '409 Another member on this pool is already using ip 2001:db8::1 on protocol_port 80',
    );
    expect(added({ address: '2001:DB8:0:0::1', protocol_port: 80 })).toMatch(/^409/);
    expect(added({ address: '2001:db8::1', protocol_port: 81 })).toBe('no fault');
    expect(added({ address: '2001:db8::2', protocol_port: 80 })).toBe('no fault');
  });
});

describe('health monitors', () => {
  const monitored = (protocol: 'HTTP' | 'UDP', fields: Parameters<typeof healthMonitor>[0]) => {
    const target = pool({ protocol });
    return faultOf(() =>
      apply(loadBalancer({ pools: [target] }), {
        type: 'health-monitor.create',
        poolId: target.id,
        healthmonitor: healthMonitor(fields),
      }),
    );
  };

  test('are one per pool', () => {
    const { document, aPool, aMonitor } = tree();
    const operation: Operation = {
      type: 'health-monitor.create',
      poolId: aPool.id,
      healthmonitor: healthMonitor(),
    };
    expect(faultOf(() => apply(document, operation))).toBe(
      '409 This pool already has a health monitor',
    );
    const without = apply(document, { type: 'health-monitor.delete', id: aMonitor.id });
    expect(without.pools[0]?.healthmonitor).toBeNull();
    expect(without.pools[0]?.changed_generation).toBe(2);
  });

  test('check what the protocol of their pool can be checked by', () => {
    expect(monitored('HTTP', { type: 'UDP-CONNECT' })).toMatch(
      /only supported for pools of type UDP/,
    );
    expect(monitored('UDP', { type: 'PING' })).toMatch(/The associated pool protocol is UDP/);
    expect(monitored('UDP', { type: 'UDP-CONNECT', delay: 2 })).toMatch(/delay value 2/);
    expect(monitored('UDP', { type: 'UDP-CONNECT', delay: 3 })).toBe('no fault');
    expect(monitored('UDP', { type: 'HTTP' })).toBe('no fault');
  });

  test('have paths and codes only where they speak HTTP', () => {
    expect(monitored('HTTP', { type: 'TCP', url_path: '/' })).toBe(
      '400 url_path is not a valid option for health monitors of type TCP',
    );
    expect(monitored('HTTP', { type: 'HTTPS', url_path: '/' })).toBe('no fault');
    expect(monitored('HTTP', { type: 'HTTP', domain_name: 'a.example' })).toMatch(/http_version/);
    expect(monitored('HTTP', { type: 'HTTP', domain_name: 'a.example', http_version: 1 })).toMatch(
      /^400 http_version 1\.0 is not a valid option/,
    );
    expect(monitored('HTTP', { type: 'HTTP', domain_name: 'a.example', http_version: 1.1 })).toBe(
      'no fault',
    );
  });
});
