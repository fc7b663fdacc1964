import { notFound } from '../../../machines/model/operations/words.ts';
import type { Subnet } from '../../vips/config.ts';
import type { ApiContext, ApiOptions, Route } from '../context.ts';
import { param } from '../edit.ts';
import type { Shape } from '../list/attributes.ts';
import { itemResponse, listResponse } from '../list/list.ts';
import { networkShape, portShape, qosPolicyShape, subnetShape } from '../list/neutron-shapes.ts';
import { networkResponse, portResponse, subnetResponse } from '../render/neutron.ts';
import type { LoadBalancerView } from '../services.ts';

interface Resource {
  readonly id: string;
}

/** A kind of Neutron's resources, as far as clients of load balancers ask for it. */
interface Collection {
  readonly path: string;
  /** The key of one in an answer, such as `subnet`. */
  readonly singular: string;
  /** What Neutron calls one in a fault. */
  readonly kind: string;
  readonly shape: Shape;
  readonly resources: () => readonly Resource[];
}

/**
 * Neutron's look-ups, read-only. Octavia's client asks Neutron what a subnet, network, port or QoS
 * policy is, even where it is given an id; without Keystone it asks the very endpoint of the load
 * balancers. What it may find are the configured address pools.
 */
export function neutronRoutes(options: ApiOptions): Route[] {
  const { vips, loadBalancers } = options.services;
  const collections: readonly Collection[] = [
    {
      path: '/v2.0/subnets',
      singular: 'subnet',
      kind: 'Subnet',
      shape: subnetShape,
      resources: () => vips.subnets.map(subnetResponse),
    },
    {
      path: '/v2.0/networks',
      singular: 'network',
      kind: 'Network',
      shape: networkShape,
      resources: () => networksOf(vips.subnets),
    },
    {
      path: '/v2.0/ports',
      singular: 'port',
      kind: 'Port',
      shape: portShape,
      resources: () => portsOf(loadBalancers.list()),
    },
    {
      path: '/v2.0/qos/policies',
      singular: 'policy',
      kind: 'QoS policy',
      shape: qosPolicyShape,
      // Nothing here limits bandwidth by policies; a load balancer that asks for one is refused.
      resources: () => [],
    },
  ];
  return collections.flatMap((collection) => routesOf(options, collection));
}

function networksOf(subnets: readonly Subnet[]): readonly Resource[] {
  const firsts = new Map(subnets.toReversed().map((subnet) => [subnet.networkId, subnet]));
  return [...firsts.values()].map((first) =>
    networkResponse(
      first,
      subnets.filter(({ networkId }) => networkId === first.networkId),
    ),
  );
}

/** A port that several load balancers name is one all the same. */
function portsOf(views: readonly LoadBalancerView[]): readonly Resource[] {
  const ports = views.flatMap((view) => portResponse(view) ?? []);
  return [...new Map(ports.map((port) => [port.id, port])).values()];
}

function routesOf(options: ApiOptions, collection: Collection): Route[] {
  const { path, singular, kind, shape, resources } = collection;
  const list = (c: ApiContext) => {
    const items = resources().map((resource) => ({
      resource,
      relations: {},
      render: () => resource,
    }));
    return listResponse(c, options, shape, items);
  };
  const show = (c: ApiContext) => {
    const id = param(c, 'id');
    const resource = resources().find((each) => each.id === id.toLowerCase());
    if (resource === undefined) throw notFound(kind, id);
    return itemResponse(c, singular, shape, resource);
  };
  return [
    { method: 'GET', path, handle: list },
    { method: 'GET', path: `${path}/:id`, handle: show },
  ];
}
