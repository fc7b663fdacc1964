import { silentLog } from '../../../machines/ports/log.ts';
import { DesiredRecord } from '../../../machines/protocol/load-balancer-messages.ts';
import { presets } from '../../../machines/timings/timings.ts';
import { VirtualStore } from '../../../simulator/world/store/virtual-store.ts';
import { DesiredDocuments } from '../../../src/controller/records/desired-documents.ts';
import { loadBalancerDocument } from '../../fixtures/documents.ts';
import { Virtual } from '../../host/support/virtual.ts';

/** A store, and controllers that own one load balancer, or believe so. */
export class DocumentsBench {
  readonly virtual = new Virtual();
  readonly store = new VirtualStore(this.virtual.clock, { bucket: 'desired', delayMs: () => 5 });
  readonly document = loadBalancerDocument();
  readonly id: string = this.document.id;

  owner(
    nonce: string,
    committed: (generation: number) => void = () => undefined,
    wasDeleted = false,
  ) {
    return new DesiredDocuments({
      store: this.store,
      clock: this.virtual.clock,
      log: silentLog,
      timings: presets.lan,
      nonce,
      wasDeleted: () => wasDeleted,
      committed: (_, { record }) => committed(record.generation),
    });
  }

  create(owner: DesiredDocuments, operationId = 'create'): Promise<number> {
    const { document } = this;
    return owner.create(this.id, operationId, {
      status: 'live',
      generation: 1,
      driver: 'memory',
      document,
    });
  }

  /** An edit that adds a tag, so that the record tells which edits are in it. */
  tag(owner: DesiredDocuments, tag: string, operationId = tag): Promise<number> {
    return owner.edit(this.id, operationId, ({ generation, document, status, driver }) => ({
      status,
      driver,
      generation: generation + 1,
      document: { ...document, tags: [...document.tags, tag] },
    }));
  }

  /** Asks for the deletion. */
  delete(owner: DesiredDocuments): Promise<number> {
    return owner.edit(this.id, 'delete', ({ generation, document, driver }) => ({
      status: 'deleting',
      driver,
      generation: generation + 1,
      document,
    }));
  }

  /** Carries it through to the end. */
  async purged(owner: DesiredDocuments): Promise<void> {
    await this.virtual.settled(this.delete(owner));
    await this.virtual.settled(owner.purge(this.id));
  }

  record(): DesiredRecord {
    return DesiredRecord.parse(JSON.parse(this.store.snapshot()[0]?.value ?? 'null'));
  }

  async created(): Promise<DesiredDocuments> {
    const owner = this.owner('x');
    await this.virtual.settled(this.create(owner));
    return owner;
  }

  /** Another controller that believes to own the load balancer too. */
  rival(committed?: (generation: number) => void): DesiredDocuments {
    const rival = this.owner('y', committed);
    rival.adopt(this.id, this.record(), this.store.snapshot()[0]!.revision);
    return rival;
  }
}
