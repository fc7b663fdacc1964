import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import type { Applied } from '../contract/driver.ts';
import { PermanentError } from '../contract/errors.ts';
import { admitApply, type FenceVerdict, isSameMarker } from '../contract/fence.ts';
import type { Target } from '../contract/target.ts';
import { isOwnPlace } from './admin-address.ts';
import type { Device } from './device.ts';
import type { Entry } from './entry.ts';
import { type Content, renderContent } from './render/content.ts';
import { settle, type Step } from './settle.ts';
import { unsupported } from './unsupported.ts';
import { isIntact, type View, viewAll, viewOwn } from './view.ts';

/**
 * Makes the device equal to the target by one conditional write, or by none where it is so already. A
 * takeover writes the epoch, and leaves what runs.
 */
export async function apply(device: Device, target: Target): Promise<Applied> {
  refuseUnsupported(device, target.document);
  const content = renderContent(target.document);
  const ours = { id: target.id, listens: content.listens };
  try {
    return await settle(device, ours, () => decide(device, target, content));
  } catch (error) {
    // What it refuses is taken back whole, the epoch too; and that is to keep out whoever is older.
    if (error instanceof PermanentError) await claim(device, target);
    throw error;
  }
}

function refuseUnsupported({ client }: Device, document: LoadBalancerDocument): void {
  const lacking = [...unsupported(document)];
  const taken = document.listeners.find(({ protocol_port: port }) =>
    isOwnPlace(client.admin, document.vip_address, port),
  );
  // Caddy would share the port, and every second call of the API would end at the listener.
  if (taken !== undefined) {
    lacking.push(
      `listener protocol_port ${taken.protocol_port} at ${document.vip_address}, where the device's ` +
        `own admin API is`,
    );
  }
  if (lacking.length > 0) {
    const words = `the caddy driver can't serve: ${lacking.join('; ')}`;
    throw new PermanentError(words, { reach: 'not asked' });
  }
}

async function decide(
  device: Device,
  target: Target,
  content: Content,
): Promise<Step<Applied> | null> {
  const own = await viewOwn(device.client, target.id);
  if (own === null) return null;
  const first = admitApply(own.marker, target);
  if (!first.writeContent) return stepToClaim(device, own, first);
  if (!hasParts(own, content)) return stepToContent(device, target.id, own, first, content);
  const all = await viewAll(device.client, target.id);
  if (all === null) return null;
  const verdict = admitApply(all.marker, target);
  if (!verdict.writeContent) return stepToClaim(device, all, verdict);
  // Where only the entry changes, other load balancers' changes are not to outdate it: takeovers come many at a time.
  const view = holds(all, content) ? { ...all, change: own.change } : all;
  return stepToContent(device, target.id, view, verdict, content);
}

function holds({ held }: View, { hash }: Content): boolean {
  return held !== null && held.entry.content === hash && isIntact(held);
}

function hasParts({ held }: View, { parts }: Content): boolean {
  return (held?.entry.parts.length ?? 0) > 0 || Object.keys(parts).length > 0;
}

function stepToContent(
  { agent, onDrift, unsettled }: Device,
  id: string,
  view: View,
  { marker }: FenceVerdict,
  content: Content,
): Step<Applied> {
  const { hash, operating, parts, first, listens } = content;
  const { held } = view;
  const isWritten = held?.entry.content === hash && isSameMarker(held.entry, marker);
  // Where a person has changed it since, that may be to stay until something else is wanted.
  const isLeft = onDrift === 'report' && !unsettled.has(id);
  if (held !== null && isWritten && (isLeft || isIntact(held))) {
    return { done: { marker, contentApplied: true, operating } };
  }
  const entry: Entry = {
    format: 1,
    ...marker,
    holder: agent,
    content: hash,
    parts: Object.keys(parts),
    bound: listens.length,
    operating,
  };
  return { write: view.change(first, entry, parts) };
}

/** The device holds newer content: only the epoch is written, and who holds it now. */
function stepToClaim({ agent }: Device, view: View, { marker }: FenceVerdict): Step<Applied> {
  const { held } = view;
  if (held === null) throw new Error('there is no content to leave where nothing is held');
  if (isSameMarker(held.entry, marker)) {
    return { done: { marker, contentApplied: false, operating: held.entry.operating } };
  }
  return {
    write: view.change(held.first, { ...held.entry, ...marker, holder: agent }, held.parts),
  };
}

/** Writes the epoch alone, if it is newer than what the device has. */
async function claim(device: Device, { id, epoch }: Target): Promise<void> {
  try {
    await settle<unknown>(device, { id, listens: [] }, async () => {
      const view = await viewOwn(device.client, id);
      const marker = view?.marker ?? null;
      if (view === null || marker === null || marker.removed || marker.epoch >= epoch) {
        return { done: null };
      }
      return stepToClaim(device, view, { marker: { ...marker, epoch }, writeContent: false });
    });
  } catch (error) {
    device.log.warn(
      { lb: id, error: String(error) },
      'the epoch of what was refused is not claimed',
    );
  }
}
