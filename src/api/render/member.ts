import type { Member, Pool } from '../../../machines/model/document.ts';
import { memberOperatingStatus, type WireView } from '../../../machines/model/wire-status.ts';
import { childResponse } from './common.ts';

export function memberResponse(view: WireView, pool: Pool, member: Member) {
  return {
    ...childResponse(view, member),
    operating_status: memberOperatingStatus(view, pool, member),
    address: member.address,
    protocol_port: member.protocol_port,
    weight: member.weight,
    backup: member.backup,
    subnet_id: member.subnet_id,
    monitor_address: member.monitor_address,
    monitor_port: member.monitor_port,
    vnic_type: 'normal',
  };
}
