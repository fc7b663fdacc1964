import { describe, expect, test } from 'vitest';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Change } from '../../simulator/workload/change.ts';
import { Facts } from '../../simulator/workload/facts.ts';
import { itself, type ResourceName } from '../../simulator/workload/resources.ts';

const member: ResourceName = { kind: 'member', name: 'pool/member-1' };

const tagged = (...tags: string[]): Change => ({ ...itself, verb: 'update', attributes: { tags } });
const creation: Change = { ...member, verb: 'create', attributes: { weight: 1 } };
const emptyBatch: Change = {
  kind: 'pool',
  name: 'pool',
  verb: 'replace',
  attributes: { members: [] },
};

/** What is wrong with a document that has these tags, and these members in its only pool. */
const wrongWith = (facts: Facts, tags: readonly string[], members: readonly object[] = []) =>
  facts.contradiction({
    tags,
    listeners: [],
    pools: [{ name: 'pool', members, healthmonitor: null }],
  } as unknown as LoadBalancerDocument);

describe('what several clients may rely on', () => {
  test('is the last of the writes that followed each other', () => {
    const facts = new Facts();
    facts.asks(tagged('a'))('acknowledged');
    facts.asks(tagged('b'))('acknowledged');

    expect(wrongWith(facts, ['b'])).toBeNull();
    expect(wrongWith(facts, ['a'])).toBe(`its tags is ["a"], and the acknowledged one is ["b"]`);
  });

  test('is either of two writes at the same time, and not what was before them', () => {
    const facts = new Facts();
    facts.asks(tagged('old'))('acknowledged');
    const first = facts.asks(tagged('a'));
    const second = facts.asks(tagged('b'));
    second('acknowledged');
    first('acknowledged');

    expect(wrongWith(facts, ['a'])).toBeNull();
    expect(wrongWith(facts, ['b'])).toBeNull();
    expect(wrongWith(facts, ['old'])).not.toBeNull();
  });

  test('is also what was asked for at any time before and not answered, and never what was refused', () => {
    const facts = new Facts();
    facts.asks(tagged('lost'))('unknown');
    facts.asks(tagged('a'))('acknowledged');
    facts.asks(tagged('bad'))('refused');

    expect(wrongWith(facts, ['lost'])).toBeNull();
    expect(wrongWith(facts, ['bad'])).not.toBeNull();
  });

  test('is a member that was made after a batch without it', () => {
    const facts = new Facts();
    facts.asks(emptyBatch)('acknowledged');
    facts.asks(creation)('acknowledged');

    expect(wrongWith(facts, [], [{ name: 'member-1', weight: 1 }])).toBeNull();
    expect(wrongWith(facts, [])).toBe(
      'member pool/member-1 was created and acknowledged, and is not there',
    );
  });

  test('leaves open whether a member is there that was made during such a batch', () => {
    const facts = new Facts();
    const batch = facts.asks(emptyBatch);
    facts.asks(creation)('acknowledged');
    batch('acknowledged');

    expect(wrongWith(facts, [], [{ name: 'member-1', weight: 1 }])).toBeNull();
    expect(wrongWith(facts, [])).toBeNull();
  });

  test('shows itself to whoever asks afterwards', () => {
    const facts = new Facts();
    facts.asks(tagged('a'))('acknowledged');
    const before = facts.now();
    facts.asks(tagged('b'))('acknowledged');
    const after = facts.now();

    expect(facts.contradictionIn({ tags: ['a'] }, before)).toBeNull();
    expect(facts.contradictionIn({ tags: ['a'] }, after)).not.toBeNull();
  });
});
