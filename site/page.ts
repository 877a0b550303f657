import type { Project } from "./project.ts";
import type { Route } from "./route.ts";

/** What each page is given. */
export interface PageProps {
	readonly project: Project;
	readonly route: Route;
}
