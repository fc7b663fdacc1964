import { z } from 'zod';
import { type Address, formatAddress } from './address.ts';

const VipRecord = z.object({
  schema: z.literal(1),
  address: z.string(),
  loadBalancerId: z.string(),
  allocatedAtMs: z.number(),
});
export type VipRecord = z.infer<typeof VipRecord>;

/** The record's key: one for all spellings of an address, in the store's alphabet. */
export function vipKey({ family, value }: Address): string {
  return `v${family}-${value.toString(16).padStart(family === 4 ? 8 : 32, '0')}`;
}

/** What stands in the store for an address of a load balancer. */
export function vipRecord(address: Address, loadBalancerId: string, allocatedAtMs: number): string {
  const record: VipRecord = {
    schema: 1,
    address: formatAddress(address),
    loadBalancerId,
    allocatedAtMs,
  };
  return JSON.stringify(record);
}

/** Null for what can't be read: it occupies its address all the same, since giving it out twice would be worse. */
export function readVipRecord(text: string): VipRecord | null {
  const parsed = VipRecord.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses undefined, and its caller says so.
    return undefined;
  }
}
