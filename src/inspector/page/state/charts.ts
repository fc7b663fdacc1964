import { useEffect, useReducer } from 'react';
import type { ActorKindName } from '../../../../machines/protocol/inspection.ts';
import type { ChartTransition } from '../../model/lit.ts';
import { after } from '../clock.ts';

export interface Chart {
  /** Holdfast's own, escaped where it was drawn; without a style of its own, which the policy would refuse. */
  readonly svg: string;
  readonly transitions: readonly ChartTransition[];
}

interface ChartsFile {
  readonly style: string;
  readonly charts: Readonly<Record<string, Chart>>;
}

let file: ChartsFile | null = null;
let asked: Promise<void> | null = null;

/** How long a gateway that could not be reached is left alone. */
const retryMs = 1_000;

const noCharts: ChartsFile = { style: '', charts: {} };

/** Null where the gateway could not be reached, or went away over it: it may be back soon. */
async function fetchFile(): Promise<ChartsFile | null> {
  try {
    const response = await fetch('./charts.json');
    return response.ok ? ((await response.json()) as ChartsFile) : noCharts;
  } catch (error) {
    if (error instanceof TypeError) return null;
    // What can't be parsed won't be better the next time.
    reportError(error);
    return noCharts;
  }
}

async function load(): Promise<void> {
  let found = await fetchFile();
  while (found === null) {
    await new Promise<void>((resolve) => after(retryMs, resolve));
    found = await fetchFile();
  }
  file = found;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(file.style);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** The chart of a kind of actor; undefined while it is loaded, and null where there is none. */
export function useChart(kind: ActorKindName): Chart | null | undefined {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    asked ??= load();
    void asked.then(again);
  }, []);
  if (file === null) return undefined;
  return Object.hasOwn(file.charts, kind) ? file.charts[kind] : null;
}
