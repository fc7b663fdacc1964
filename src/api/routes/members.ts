import { checkAddress } from '../address-policy.ts';
import { newMember } from '../build/member.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { attributesOf, birthIn, edit, param } from '../edit.ts';
import { commonFilters, listResponse } from '../list.ts';
import { memberIn, memberOf, poolOf } from '../lookup.ts';
import { memberResponse } from '../render/member.ts';
import { MemberPOST, MemberPUT, memberDefaults } from '../schemas/member.ts';
import { changesOf } from '../schemas/parse.ts';

const filters = [
  ...commonFilters,
  'address',
  'protocol_port',
  'weight',
  'backup',
  'subnet_id',
  'monitor_address',
  'monitor_port',
  'loadbalancer_id',
];

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
      loadBalancerId: view.document.id,
      render: () => memberResponse(view, pool, member),
    }));
    return listResponse(c, 'members', filters, items);
  };

  const create = async (c: ApiContext) => {
    const input = await attributesOf(c, 'member', MemberPOST);
    const { view, pool } = parent(c);
    const member = newMember(input, birthIn(options, view.document));
    checkAddress('member address', member.address, options.config.addressPolicy);
    checkAddress('member monitor_address', member.monitor_address, options.config.addressPolicy);
    const operation = { type: 'member.create', poolId: pool.id, member } as const;
    const edited = await edit(c, options, view, operation);
    const made = memberIn(edited, pool.id, member.id);
    return c.json({ member: memberResponse(edited, made.pool, made.member) }, 201);
  };

  const show = (c: ApiContext) => {
    const { view, pool, member } = found(c);
    return c.json({ member: memberResponse(view, pool, member) });
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

  const remove = async (c: ApiContext) => {
    const { view, pool, member } = found(c);
    await edit(c, options, view, { type: 'member.delete', poolId: pool.id, id: member.id });
    return c.body(null, 204);
  };

  return [
    { method: 'GET', path: collection, handle: list },
    { method: 'POST', path: collection, handle: create },
    { method: 'GET', path: item, handle: show },
    { method: 'PUT', path: item, handle: update },
    { method: 'DELETE', path: item, handle: remove },
  ];
}
