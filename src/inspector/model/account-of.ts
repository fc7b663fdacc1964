import {
  type ActorFrame,
  type Batch,
  type Frame,
  framesMax,
  inspectionVersion,
} from '../../../machines/protocol/inspection.ts';
import type { InspectedActor, InspectedNode, InspectedWorld } from './world.ts';

/** Batches that make an empty world equal to this one. */
export function accountOf(world: InspectedWorld): Batch[] {
  // In the order in which they were heard last, so that nobody who was heard long ago seems to be heard now.
  const nodes = [...world.nodes.values()].sort((a, b) => a.heardAtMs - b.heardAtMs);
  const batches = nodes.flatMap((node) => accountOfNode(world, node));
  const [first] = batches;
  if (first === undefined || world.faults.size === 0) return batches;
  return [{ ...first, frames: [...first.frames, ...world.faults.values()] }, ...batches.slice(1)];
}

function accountOfNode(world: InspectedWorld, node: InspectedNode): Batch[] {
  const frames: Frame[] = [{ type: 'node', facts: node.facts }];
  for (const actor of world.actors.values())
    if (actor.node === node.id) frames.push(frameOf(actor));
  const room = framesMax / 2; // Room for what else the first one has to hold.
  const parts = Math.ceil(frames.length / room);
  return Array.from({ length: parts }, (_, part) => ({
    version: inspectionVersion,
    ...{
      node: node.id,
      role: node.role,
      life: node.life,
      sequence: node.sequence,
      atMs: node.atMs,
    },
    frames: frames.slice(part * room, (part + 1) * room),
    dropped: 0,
    account: partOf(part, parts),
  }));
}

function partOf(part: number, parts: number): Batch['account'] {
  if (parts === 1) return 'whole';
  if (part === 0) return 'begins';
  return part === parts - 1 ? 'ends' : null;
}

function frameOf({ node: _, atMs: __, steps, ...shown }: InspectedActor): ActorFrame {
  return { type: 'actor', ...shown, steps: [], merged: steps };
}
