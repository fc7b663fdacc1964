import { z } from 'zod';

const units = { ms: 1, s: 1_000, min: 60_000 } as const;
const pattern = /^(\d+(?:\.\d+)?(?:e-?\d+)?) ?(ms|s|min)$/;

/** How durations are written in a scenario file: `250 ms`, `1.5 s`, `2 min`. Parsed to milliseconds. */
export const Duration = z
  .string({ error: "a duration has a unit, such as '250 ms', '1.5 s' or '2 min'" })
  .transform((text, context) => {
    const [, amount, unit] = pattern.exec(text) ?? [];
    if (amount === undefined || unit === undefined) {
      const message = `'${text}' is no duration; write a number with a unit, such as '250 ms', '1.5 s' or '2 min'`;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
    return Number(amount) * units[unit as keyof typeof units];
  });

/** Exactly these milliseconds, so that a saved run is the same run. */
export function formatDuration(durationMs: number): string {
  const inSeconds = durationMs / units.s;
  const whole = Number.isInteger(durationMs) && inSeconds * units.s === durationMs;
  return whole && durationMs >= units.s ? `${inSeconds} s` : `${durationMs} ms`;
}
