/** What is wrong in a file although each part alone is well-formed. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
