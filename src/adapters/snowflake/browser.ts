import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** How a page is opened here, or why it cannot be. */
export type Opener = { readonly command: string; readonly argv: readonly string[] } | { readonly cannot: string };

/** `BROWSER` first, as Python's webbrowser, which dbt's connector opens a browser by. */
export function openerOf(env: Environment, platform: NodeJS.Platform): Opener {
	const [browser] = (env.BROWSER ?? "").split(delimiter);
	if (browser)
		return isThere(browser, env)
			? { command: browser, argv: [] }
			: { cannot: `BROWSER is ${browser}, which is not there` };
	if (platform === "darwin") return { command: "open", argv: [] };
	if (platform === "win32") return { command: "rundll32", argv: ["url.dll,FileProtocolHandler"] };
	if (!env.DISPLAY && !env.WAYLAND_DISPLAY)
		return { cannot: "there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)" };
	return isThere("xdg-open", env) ? { command: "xdg-open", argv: [] } : { cannot: "xdg-open is not there" };
}

function isThere(command: string, env: Environment): boolean {
	const places = isAbsolute(command)
		? [command]
		: (env.PATH ?? "").split(delimiter).map((folder) => join(folder, command));
	return places.some((path) => {
		try {
			accessSync(path, constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** Opens a page and does not wait for whoever reads it; a browser that does not come is told by the driver's clock. */
export function openPage({ command, argv }: Exclude<Opener, { readonly cannot: string }>, url: string): void {
	const child = spawn(command, [...argv, url], { stdio: "ignore", detached: true });
	child.on("error", () => undefined);
	child.unref();
}
