import { z } from 'zod';
import {
  address,
  boolean,
  integer,
  list,
  ownership,
  port,
  tags,
  text,
  uuid,
} from './attributes.ts';

const weight = integer(0, 256);

const changeable = {
  name: text().nullish(),
  admin_state_up: boolean.nullish(),
  weight: weight.nullish(),
  backup: boolean.nullish(),
  monitor_port: port.nullish(),
  monitor_address: address.nullish(),
  tags: tags.nullish(),
};

export const MemberSingleCreate = z.strictObject({
  ...changeable,
  address,
  protocol_port: port,
  subnet_id: uuid.nullish(),
  request_sriov: boolean.nullish(),
});
export type MemberSingleCreate = z.infer<typeof MemberSingleCreate>;

export const MemberPOST = MemberSingleCreate.extend(ownership);
export type MemberPOST = z.infer<typeof MemberPOST>;

/** In one request; a load balancer holds fewer, and says so itself. */
export const membersPerRequestMax = 1000;

export const MembersPUT = list(MemberPOST, membersPerRequestMax);

export const MemberPUT = z.strictObject(changeable);

/** What null in a PUT resets an attribute to. */
export const memberDefaults = {
  name: '',
  admin_state_up: false,
  weight: 1,
  backup: false,
  tags: [],
};
