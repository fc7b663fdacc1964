/**
 * The page's only source of time: a browser has no Clock port, and what is drawn must follow the screen's own
 * frames. Nothing here decides anything about a load balancer.
 */
export type Cancel = () => void;

/** Grows evenly, and never goes back. */
export const monotonicMs = (): number => performance.now();
export const wallMs = (): number => Date.now();

/** Before the next frame is drawn. */
export function onFrame(work: () => void): Cancel {
  const id = requestAnimationFrame(work);
  return () => cancelAnimationFrame(id);
}

export function after(ms: number, work: () => void): Cancel {
  const id = setTimeout(work, ms);
  return () => clearTimeout(id);
}

export function every(ms: number, work: () => void): Cancel {
  const id = setInterval(work, ms);
  return () => clearInterval(id);
}
