/** Set by scripts/build.mjs to a digest of the sources. */
declare const TFM_BUILD: string | undefined;

/** Tells one build of tfm from another; null where the sources run as they are. What one build learned is no other's. */
export const BUILD_ID: string | null = typeof TFM_BUILD === "undefined" ? null : TFM_BUILD;
