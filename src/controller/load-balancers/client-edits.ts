import type { DriverDescriptor } from '../../../drivers/contract/driver.ts';
import type { LoadBalancerContext } from '../../../machines/load-balancer/context.ts';
import type { LoadBalancerDocument } from '../../../machines/model/document.ts';
import { Fault } from '../../../machines/model/fault.ts';
import {
  applyOperation,
  canDelete,
  checkNewDocument,
} from '../../../machines/model/operations/apply.ts';
import type { Operation } from '../../../machines/model/operations/operation.ts';
import { timestampOf } from '../../../machines/model/operations/stamp.ts';
import type { Clock } from '../../../machines/ports/clock.ts';
import type { DesiredRecord } from '../../../machines/protocol/load-balancer-messages.ts';
import type { DesiredDocuments } from '../records/desired-documents.ts';
import { nextGeneration } from './generations.ts';

export interface ClientEditsOptions {
  readonly clock: Clock;
  readonly desired: Pick<DesiredDocuments, 'create' | 'edit'>;
  readonly resolveDriver: (name: string) => DriverDescriptor | null;
  /** What its actor knows; null where it has none. */
  readonly context: (id: string) => LoadBalancerContext | null;
}

/**
 * What clients want of the load balancers that this controller owns: it becomes a generation of the desired record, or
 * a Fault says why not. Each resolves with the revision of the record.
 */
export class ClientEdits {
  readonly #options: ClientEditsOptions;
  readonly #creating = new Set<string>();

  constructor(options: ClientEditsOptions) {
    this.#options = options;
  }

  create(id: string, operationId: string, document: LoadBalancerDocument): Promise<number> {
    const driver = driverOf(document.provider, this.#options);
    const checked = checkNewDocument(document);
    refuseUnsupported(driver, checked);
    const generation = checked.changed_generation;
    const body = { status: 'live', generation, driver: driver.name, document: checked } as const;
    this.#creating.add(id);
    const { desired } = this.#options;
    return desired.create(id, operationId, body).finally(() => this.#creating.delete(id));
  }

  /** Is it being created here, for the first time? */
  isCreating(id: string): boolean {
    return this.#creating.has(id);
  }

  edit(id: string, operationId: string, operation: Operation): Promise<number> {
    return this.#options.desired.edit(id, operationId, (record) => {
      refuseDeleting(id, record);
      const generation = this.#nextGeneration(id, record);
      const now = timestampOf(this.#options.clock.wallMs());
      const document = applyOperation(record.document, operation, { generation, now });
      refuseUnsupported(driverOf(record.driver, this.#options), document);
      return { status: 'live', generation, driver: record.driver, document };
    });
  }

  delete(id: string, operationId: string, cascade: boolean): Promise<number> {
    return this.#options.desired.edit(id, operationId, (record) => {
      refuseDeleting(id, record);
      canDelete(record.document, cascade);
      const { driver, document } = record;
      return { status: 'deleting', generation: this.#nextGeneration(id, record), driver, document };
    });
  }

  #nextGeneration(id: string, record: DesiredRecord): number {
    return nextGeneration(record, this.#options.context(id));
  }
}

function refuseDeleting(id: string, record: DesiredRecord): void {
  if (record.status === 'deleting') {
    throw new Fault(409, `Load Balancer ${id} is immutable and cannot be updated.`);
  }
}

function refuseUnsupported(driver: DriverDescriptor, document: LoadBalancerDocument): void {
  const unsupported = driver.unsupported(document);
  if (unsupported.length > 0) {
    throw new Fault(
      501,
      `Provider '${driver.name}' does not support a requested option: ${unsupported.join(', ')}`,
    );
  }
}

/** The driver that a provider means; throws a Fault (400) where no such driver is enabled. */
function driverOf(
  provider: string,
  { resolveDriver }: Pick<ClientEditsOptions, 'resolveDriver'>,
): DriverDescriptor {
  const descriptor = resolveDriver(provider);
  if (descriptor === null) throw new Fault(400, `Provider '${provider}' is not enabled.`);
  return descriptor;
}
