/** What a device keeps in 32 bits, as HAProxy does: of a larger number it takes the rest, or nothing. */
const int32Max = 2_147_483_647;

/** Connections of a listener at once. */
export const connectionLimitMax = int32Max;

/** Of a health monitor's delay and timeout, which devices keep in milliseconds. */
export const monitorSecondsMax = Math.floor(int32Max / 1_000);
