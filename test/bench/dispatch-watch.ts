import { readDesired } from '../../machines/protocol/load-balancer-messages.ts';
import type { CheckerKind } from '../../simulator/checkers/checker.ts';
import { bindingOf } from '../../simulator/evidence/records.ts';
import { agentCrash } from '../../simulator/faults/agent-crash.ts';

/** What was seen of how work comes to agents. */
export interface DispatchSeen {
  /** From an agent's death until another one has written to the device, for each load balancer that it held. */
  readonly recoveriesMs: number[];
  /** From the commit of an edit until the device has it, or something newer. */
  readonly editsMs: number[];
  /** Edits that a later one, of another load balancer, has overtaken. */
  overtaken: number;
  /** Writes that a device took, and that it refused as stale. */
  writes: number;
  refused: number;
  /** How often a load balancer was given to another agent than before. */
  moves: number;
}

export const nothingSeen = (): DispatchSeen => ({
  recoveriesMs: [],
  editsMs: [],
  overtaken: 0,
  writes: 0,
  refused: 0,
  moves: 0,
});

interface Edit {
  readonly id: string;
  readonly generation: number;
  readonly atMs: number;
  readonly number: number;
}

/** No checker, but sees all that checkers see: measures into `seen`. */
export const dispatchWatch = (seen: DispatchSeen): CheckerKind => ({
  name: 'dispatch-watch',
  start() {
    const holders = new Map<string, { readonly agent: string; readonly epoch: number }>();
    const waiting = new Map<string, { readonly epoch: number; readonly sinceMs: number }>();
    const edits = new Map<string, Edit>();
    let numbers = 0;
    let newestApplied = 0;

    const applied = (id: string, generation: number, atMs: number): void => {
      const edit = edits.get(id);
      if (edit === undefined || generation < edit.generation) return;
      edits.delete(id);
      seen.editsMs.push(atMs - edit.atMs);
      if (edit.number < newestApplied) seen.overtaken += 1;
      newestApplied = Math.max(newestApplied, edit.number);
    };

    return {
      onEvent(event, atMs) {
        if (event.type === 'stored' && event.change.type === 'put') {
          const { key: id, value } = event.change;
          if (event.bucket === 'desired') {
            const { generation, status } = readDesired(value);
            if (status !== 'live') edits.delete(id);
            else if (generation > 1 && !edits.has(id)) {
              numbers += 1;
              edits.set(id, { id, generation, atMs, number: numbers });
            }
          } else if (event.bucket === 'binding') {
            const { binding, status } = bindingOf(value).context;
            if (status !== 'live') waiting.delete(id);
            if (binding === null) return;
            if (holders.has(id) && holders.get(id)?.agent !== binding.agent) seen.moves += 1;
            holders.set(id, binding);
          }
        } else if (event.type === 'device') {
          const { kind, lb, epoch, generation } = event.entry;
          if (kind === 'refused') seen.refused += 1;
          else seen.writes += 1;
          if (kind !== 'applied' && kind !== 'claimed') return;
          applied(lb, generation, atMs);
          const lost = waiting.get(lb);
          if (lost === undefined || epoch <= lost.epoch) return;
          waiting.delete(lb);
          seen.recoveriesMs.push(atMs - lost.sinceMs);
        } else if (event.type === 'fault' && event.kind === agentCrash.name) {
          if (event.phase !== 'begins') return;
          for (const [id, { agent, epoch }] of holders) {
            if (agent === event.target) waiting.set(id, { epoch, sinceMs: atMs });
          }
        }
      },
    };
  },
});
