/** How many agents one machine can run for trying things out. */
export const agentsMax = 16;
