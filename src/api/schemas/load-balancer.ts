import { z } from 'zod';
import { address, boolean, list, ownership, tags, text, uuid } from './attributes.ts';
import { ListenerSingleCreate } from './listener.ts';
import { PoolSingleCreate } from './pool.ts';

/** In one request; a load balancer holds fewer, and says so itself. */
const childrenPerRequestMax = 256;
const additionalVipsMax = 16;

const changeable = {
  name: text().nullish(),
  description: text().nullish(),
  admin_state_up: boolean.nullish(),
  vip_qos_policy_id: uuid.nullish(),
  vip_sg_ids: list(uuid).nullish(),
  tags: tags.nullish(),
};

const AdditionalVip = z.strictObject({
  subnet_id: uuid,
  ip_address: address.nullish(),
  port_id: uuid.nullish(),
});
export type AdditionalVip = z.infer<typeof AdditionalVip>;

export const LoadBalancerPOST = z.strictObject({
  ...changeable,
  ...ownership,
  vip_address: address.nullish(),
  vip_port_id: uuid.nullish(),
  vip_subnet_id: uuid.nullish(),
  vip_network_id: uuid.nullish(),
  additional_vips: list(AdditionalVip, additionalVipsMax).nullish(),
  listeners: list(ListenerSingleCreate, childrenPerRequestMax).nullish(),
  pools: list(PoolSingleCreate, childrenPerRequestMax).nullish(),
  provider: text(64).nullish(),
  flavor_id: uuid.nullish(),
  availability_zone: text().nullish(),
});
export type LoadBalancerPOST = z.infer<typeof LoadBalancerPOST>;

export const LoadBalancerPUT = z.strictObject(changeable);

/** What null in a PUT resets an attribute to. */
export const loadBalancerDefaults = {
  name: '',
  description: '',
  admin_state_up: false,
  vip_sg_ids: [],
  tags: [],
};
