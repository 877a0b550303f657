import { devNull } from "node:os";
import { env } from "node:process";
import { fail } from "../../core/diagnostic.ts";

const importPackage = async () => (await import("snowflake-sdk")).default;

export type Driver = Awaited<ReturnType<typeof importPackage>>;

let loading: Promise<Driver> | undefined;

/**
 * snowflake-sdk, imported when a Snowflake target is opened and not before: it is an optional peer. Two things must be
 * settled before the import: as it is loaded it would ask the cloud's metadata addresses where it runs, and its first
 * login would send the shape of the connection to Snowflake. Throws TFM-DB-024 where it is not installed.
 */
export function loadDriver(): Promise<Driver> {
	loading ??= configuredDriver(importPackage);
	return loading;
}

/** `from`: what imports it. */
export async function configuredDriver(from: () => Promise<Driver>): Promise<Driver> {
	env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION ??= "true";
	env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE ??= "1";
	const driver = await importDriver(from);
	driver.configure({
		logLevel: "OFF",
		// The driver would leave a snowflake.log in whatever folder tfm is called in.
		logFilePath: devNull,
		additionalLogToConsole: false,
		// Proxies come from the profile; with both, the driver takes the environment's for some requests only.
		useEnvProxy: false,
		// Values stay the server's text. The driver's own reader runs what is no JSON as JavaScript.
		jsonColumnVariantParser: (raw: string) => raw,
		xmlColumnVariantParser: (raw: string) => raw,
	});
	return driver;
}

async function importDriver(from: () => Promise<Driver>): Promise<Driver> {
	try {
		return await from();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
		return fail("TFM-DB-024", {}, { cause: error });
	}
}
