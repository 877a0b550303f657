import { render } from "preact";
import { App, fetchPage } from "./app.tsx";
import { index, loadProject } from "./data.ts";

fetchPage();
loadProject().then(
	(project) => render(<App project={project} />, document.getElementById("app")!),
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
	live.addEventListener("reload", () => location.reload());
	live.addEventListener("error", () => live.readyState === EventSource.CONNECTING || live.close());
}
