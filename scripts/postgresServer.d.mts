export interface PostgresServer {
	/** Of the database `postgres`, for the superuser. */
	readonly url: string;
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
	readonly binaries: string;
	readonly dataDir: string;
	/** The end of the server's log. */
	log(): string;
	/** Starts it again after `stop`. */
	start(): Promise<number>;
	stop(mode?: "fast" | "immediate"): Promise<void>;
	/** Stops it and removes its folder. */
	dispose(): Promise<void>;
}

export function findPostgresBinaries(environment?: Readonly<Record<string, string | undefined>>): string | null;

export function startPostgresServer(options?: {
	readonly settings?: Readonly<Record<string, string | number>>;
	readonly hba?: readonly string[];
	readonly binaries?: string | null;
}): Promise<PostgresServer>;
