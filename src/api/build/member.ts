import type { Member } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import type { MemberSingleCreate } from '../schemas/member.ts';
import { type Birth, newResource } from './named.ts';

export function newMember(input: MemberSingleCreate, birth: Birth): Member {
  if (input.request_sriov === true) {
    throw new Fault(400, 'The load balancer flavor does not allow SR-IOV member ports.');
  }
  return {
    ...newResource(input, birth),
    address: input.address,
    protocol_port: input.protocol_port,
    weight: input.weight ?? 1,
    backup: input.backup ?? false,
    subnet_id: input.subnet_id ?? null,
    monitor_address: input.monitor_address ?? null,
    monitor_port: input.monitor_port ?? null,
  };
}
