import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeMachine } from '../../src/inspector/charts/describe.ts';
import { chartedMachines } from '../../src/inspector/charts/machines.ts';
import { machineSvg } from '../../src/inspector/charts/svg.ts';
import type { ChartLayout } from '../../src/inspector/charts/types.ts';
import { layOut } from './lay-out.ts';
import { layoutsText } from './layouts-text.ts';
import { machinesDocument } from './machines-document.ts';
import { documentFile, layoutsFile, pictureFile } from './paths.ts';

/** `npm run docs`: writes what is generated from the machines. */
const descriptions = chartedMachines.map(describeMachine);
const layouts: Record<string, ChartLayout> = {};
for (const description of descriptions) {
  const layout = await layOut(description);
  layouts[description.id] = layout;
  write(pictureFile(description.id), machineSvg(description, layout));
}
write(layoutsFile, await layoutsText(layouts));
write(documentFile, machinesDocument(descriptions));

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}
