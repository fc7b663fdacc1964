import { changesNothing } from '../../../machines/model/operations/members.ts';
import type { WantedMember } from '../../../machines/model/operations/operation.ts';
import { checkAddress, checkMemberAddresses } from '../address-policy.ts';
import { newMember } from '../build/member.ts';
import type { Birth } from '../build/named.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { attributesOf, birthIn, edit, param } from '../edit.ts';
import { itemResponse, listResponse } from '../list/list.ts';
import { flag } from '../list/query.ts';
import { memberShape } from '../list/shapes.ts';
import { memberIn, memberOf, poolOf } from '../lookup.ts';
import { memberResponse } from '../render/member.ts';
import { MemberPOST, MemberPUT, memberDefaults, MembersPUT } from '../schemas/member.ts';
import { changesOf } from '../schemas/parse.ts';

const collection = '/v2.0/pools/:pool/members';
const item = `${collection}/:id`;

export function memberRoutes(options: ApiOptions): Route[] {
  const { loadBalancers } = options.services;
  const parent = (c: ApiContext) => poolOf(loadBalancers, param(c, 'pool'));
  const found = (c: ApiContext) => memberOf(loadBalancers, param(c, 'pool'), param(c, 'id'));

  const list = (c: ApiContext) => {
    const { view, pool } = parent(c);
    const items = pool.members.map((member) => ({
      resource: member,
      relations: { loadbalancer_id: view.document.id },
      render: () => memberResponse(view, pool, member),
    }));
    return listResponse(c, options, memberShape, items);
  };

  const create = async (c: ApiContext) => {
    const input = await attributesOf(c, 'member', MemberPOST);
    const { view, pool } = parent(c);
    const member = newMember(input, birthIn(options, view.document));
    checkMemberAddresses(member, options.config.addressPolicy);
    const operation = { type: 'member.create', poolId: pool.id, member } as const;
    const edited = await edit(c, options, view, operation);
    const made = memberIn(edited, pool.id, member.id);
    return c.json({ member: memberResponse(edited, made.pool, made.member) }, 201);
  };

  const show = (c: ApiContext) => {
    const { view, pool, member } = found(c);
    return itemResponse(c, 'member', memberShape, memberResponse(view, pool, member));
  };

  const update = async (c: ApiContext) => {
    const input = await attributesOf(c, 'member', MemberPUT);
    const { view, pool, member } = found(c);
    checkAddress(
      'member monitor_address',
      input.monitor_address ?? null,
      options.config.addressPolicy,
    );
    const changes = changesOf(input, memberDefaults);
    const ids = { poolId: pool.id, id: member.id };
    const edited = await edit(c, options, view, { type: 'member.update', ...ids, changes });
    const made = memberIn(edited, pool.id, member.id);
    return c.json({ member: memberResponse(edited, made.pool, made.member) });
  };

  const batch = async (c: ApiContext) => {
    const input = await attributesOf(c, 'members', MembersPUT);
    const { view, pool } = parent(c);
    const birth = birthIn(options, view.document);
    const wanted = input.map((each) => wantedMember(each, birth));
    // Found out once: it may depend on all agents.
    const { addressPolicy } = options.config;
    for (const { member } of wanted) checkMemberAddresses(member, addressPolicy);
    const request = { wanted, additive: flag(c, 'additive_only') };
    // Tools repeat what they want again and again; what is so already is no edit. Only its owner can tell where this
    // controller doesn't know what others have acknowledged: that would stay, and the batch would be lost.
    if (c.var.current !== true || !changesNothing(pool, request)) {
      await edit(c, options, view, { type: 'member.batch', poolId: pool.id, ...request });
    }
    return c.body(null, 202);
  };

  const remove = async (c: ApiContext) => {
    const { view, pool, member } = found(c);
    await edit(c, options, view, { type: 'member.delete', poolId: pool.id, id: member.id });
    return c.body(null, 204);
  };

  return [
    { method: 'GET', path: collection, handle: list },
    { method: 'POST', path: collection, handle: create },
    { method: 'PUT', path: collection, handle: batch },
    { method: 'GET', path: item, handle: show },
    { method: 'PUT', path: item, handle: update },
    { method: 'DELETE', path: item, handle: remove },
  ];
}

/**
 * A member of a batch. Where the pool has it already, it gets what a new one would get, defaults
 * included; only its name and its tags stay where they are left out, as with Octavia.
 */
function wantedMember(input: MemberPOST, birth: Birth): WantedMember {
  const member = newMember(input, birth);
  const { admin_state_up, weight, backup, monitor_address, monitor_port, name, tags } = member;
  return {
    member,
    changes: {
      ...{ admin_state_up, weight, backup, monitor_address, monitor_port },
      ...(input.name == null ? {} : { name }),
      ...(input.tags == null ? {} : { tags }),
    },
  };
}
