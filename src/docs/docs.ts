/** The face of the room: the docs site is made, served and checked. */
export { checkSite } from "./checkSite.ts";
export { type RunResults, readRunResults } from "./readRunResults.ts";
export { type SiteServer, serveSite } from "./serveSite.ts";
export type { NodeState, SiteFinding, SiteSample } from "./siteData.ts";
export type { PastNode, PastRunFacts, ResultFact, SiteSource } from "./siteSource.ts";
export { EDITOR_NAMES, editorAddress, repositoryAddress } from "./sourceLinks.ts";
export { statusOf } from "./statuses.ts";
export type { RunNow } from "./tellRun.ts";
export { type WrittenSite, writeSite } from "./writeSite.ts";
