import { type AnyTransitionDefinition, StateMachine } from 'xstate';
import { transitionOf, transitions } from './transitions.ts';

type Definitions = Set<AnyTransitionDefinition>;

const machinesOwn = StateMachine.prototype;
const select = machinesOwn.getTransitionData;

/** Those that look at present. Runs of one process follow each other; else each would see all. */
const looking = new Set<Definitions>();

const selectAndTell: typeof select = function (this: typeof machinesOwn, snapshot, event) {
  const selected = select.call(this, snapshot, event);
  for (const definitions of looking) {
    for (const definition of selected) definitions.add(definition);
  }
  return selected;
};

/**
 * Which transitions the machines of one run take. XState's inspection tells the same of each actor,
 * among so much else that a run takes a sixth longer; so this asks where XState selects them, and
 * only while somebody looks.
 */
export class Coverage {
  readonly #taken: Definitions = new Set();

  begin(): void {
    looking.add(this.#taken);
    machinesOwn.getTransitionData = selectAndTell;
  }

  /** Their names, in the machines' order. */
  end(): readonly string[] {
    looking.delete(this.#taken);
    if (looking.size === 0) machinesOwn.getTransitionData = select;
    const taken = new Set([...this.#taken].map((definition) => transitionOf(definition).name));
    return transitions.map(({ name }) => name).filter((name) => taken.has(name));
  }
}
