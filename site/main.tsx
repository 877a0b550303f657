import { render } from "preact";
import type { RunTold } from "../src/docs/siteData.ts";
import { App, fetchPage } from "./app.tsx";
import { index, loadProject } from "./data.ts";
import { tellRun } from "./liveRun.tsx";
import type { Project } from "./project.ts";

const show = (project: Project, run: RunTold | null = null): void =>
	render(<App project={project} run={run} />, document.getElementById("app")!);

fetchPage();
loadProject().then(
	(project) => show(project),
	(error: Error) => {
		document.getElementById("app")!.textContent =
			location.protocol === "file:"
				? "A site in a folder is opened through a web server: tfm docs serve. One that opens from the disk: tfm docs generate --single-file."
				: `The site's data could not be read: ${error.message}`;
	},
);

// A page that tfm docs serve shows is told when the site was made anew. Elsewhere nobody answers.
if (["localhost", "127.0.0.1", "[::1]"].includes(location.hostname) && index.v === 1) {
	const live = new EventSource("_live");
	/** The project is there by then, or never will be. */
	const tell = (run: RunTold | null) => (): void =>
		void loadProject().then((project) => {
			tellRun(project, run);
			show(project, run);
		});
	live.addEventListener("reload", () => location.reload());
	live.addEventListener("run", ({ data }) => tell(JSON.parse(data))());
	live.addEventListener("end", tell(null));
	live.addEventListener("error", () => {
		tell(null)();
		if (live.readyState !== EventSource.CONNECTING) live.close();
	});
}
