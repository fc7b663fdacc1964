/** Does a range of HTTP status codes, such as `200-204`, go from the lower to the higher? What is no range goes nowhere. */
export function isUpward(codes: string): boolean {
  const [from = '', to] = codes.split('-');
  return to === undefined || Number(from) <= Number(to);
}
