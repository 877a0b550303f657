import type { LogMessage, MessageLevel } from "../core/logMessage.ts";

/**
 * dbt's events that tfm tells of: code and level (dbt 1.12). A result's level is that of its status. What tfm does and
 * dbt does not (layers, gates, publishing) is a `Note`, with tfm's event in `data`.
 */
const EVENTS = {
	MainReportVersion: ["A001", "info"],
	MainReportArgs: ["A002", "debug"],
	MainEncounteredError: ["Z002", "error"],
	AdapterRegistered: ["E034", "info"],
	FoundStats: ["W006", "info"],
	ConcurrencyLine: ["Q027", "info"],
	Formatting: ["Z017", "info"],
	LogStartLine: ["Q011", "info"],
	LogModelResult: ["Q012", "info"],
	LogTestResult: ["Q007", "info"],
	LogSeedResult: ["Q016", "info"],
	LogSnapshotResult: ["Q015", "info"],
	LogFreshnessResult: ["Q018", "info"],
	LogFunctionResult: ["Q047", "info"],
	LogStartBatch: ["Q045", "info"],
	LogBatchResult: ["Q046", "info"],
	LogStartOverload: ["Q048", "info"],
	LogOverloadResult: ["Q049", "info"],
	LogNodeNoOpResult: ["Q019", "info"],
	LogHookStartLine: ["Q032", "info"],
	LogHookEndLine: ["Q033", "info"],
	SkippingDetails: ["Q034", "info"],
	LogSkipBecauseError: ["Z034", "error"],
	NodeStart: ["Q024", "debug"],
	NodeFinished: ["Q025", "debug"],
	NodeCompiling: ["Q030", "debug"],
	NodeExecuting: ["Q031", "debug"],
	CatchableExceptionOnRun: ["W002", "debug"],
	MarkSkippedChildren: ["Z033", "debug"],
	SQLQuery: ["E016", "debug"],
	SQLQueryStatus: ["E017", "debug"],
	PrintEvent: ["Z052", "info"],
	JinjaLogInfo: ["I062", "info"],
	JinjaLogDebug: ["I063", "debug"],
	JinjaLogWarning: ["I061", "warn"],
	SnapshotTimestampWarning: ["Q043", "warn"],
	CollectFreshnessReturnSignature: ["D012", "warn"],
	UnpinnedRefNewVersionAvailable: ["I064", "info"],
	FinishedRunningStats: ["E047", "info"],
	EndRunResult: ["Q037", "debug"],
	EndOfRunSummary: ["Z030", "info"],
	RunResultFailure: ["Z022", "error"],
	RunResultError: ["Z024", "error"],
	RunResultErrorNoMessage: ["Z025", "error"],
	RunResultWarning: ["Z021", "warn"],
	RunResultWarningMessage: ["Z046", "warn"],
	SQLCompiledPath: ["Z026", "info"],
	CheckNodeTestFailure: ["Z027", "info"],
	StatsLine: ["Z023", "info"],
	FreshnessCheckComplete: ["Q003", "info"],
	CompiledNode: ["Q042", "info"],
	ShowNode: ["Q041", "info"],
	NothingToDo: ["Q035", "warn"],
	BuildingCatalog: ["E044", "info"],
	ArtifactWritten: ["P001", "debug"],
	CatalogWritten: ["E042", "info"],
	DepsNoPackagesFound: ["M013", "info"],
	DepsStartPackageInstall: ["M014", "info"],
	DepsInstallInfo: ["M015", "info"],
	DepsUpdateAvailable: ["M016", "info"],
	DepsUpToDate: ["M017", "info"],
	DepsListSubdirectory: ["M018", "info"],
	DepsNotifyUpdatesAvailable: ["M019", "info"],
	DepsLockUpdating: ["M031", "info"],
	DepsAddPackage: ["M032", "info"],
	CommandCompleted: ["Q039", "debug"],
	Note: ["Z050", "info"],
	SelectExcludeIgnoredWithSelectorWarning: ["Z064", "warn"],
	// Remarks
	ArgumentsPropertyInGenericTestDeprecation: ["D038", "warn"],
	ConfigLogPathDeprecation: ["D010", "warn"],
	ConfigTargetPathDeprecation: ["D011", "warn"],
	CustomOutputPathInSourceFreshnessDeprecation: ["D029", "warn"],
	DuplicateNameDistinctNodeTypesDeprecation: ["D040", "warn"],
	EnvironmentVariableNamespaceDeprecation: ["D036", "warn"],
	EnvironmentVariableRenamed: ["D009", "warn"],
	ExposureNameDeprecation: ["D007", "warn"],
	InvalidConcurrentBatchesConfig: ["I075", "warn"],
	MicrobatchMacroOutsideOfBatchesDeprecation: ["D020", "warn"],
	MicrobatchModelNoEventTimeInputs: ["I074", "warn"],
	ModelParamUsageDeprecation: ["D032", "warn"],
	ModulesItertoolsUsageDeprecation: ["D034", "warn"],
	PackageInstallPathDeprecation: ["D002", "warn"],
	PackageMaterializationOverrideDeprecation: ["D016", "warn"],
	ProjectFlagsMovedDeprecation: ["D013", "warn"],
	PropertyMovedToConfigDeprecation: ["D030", "warn"],
	ResourceNamesWithSpacesDeprecation: ["D015", "warn"],
	WEOIncludeExcludeDeprecation: ["D031", "warn"],
	ConfigDataPathDeprecation: ["D004", "warn"],
	ConfigSourcePathDeprecation: ["D003", "warn"],
	CustomKeyInObjectDeprecation: ["D027", "warn"],
	DepsUnpinned: ["M029", "warn"],
	DeprecationsSummary: ["D028", "warn"],
	DeprecatedModel: ["I065", "warn"],
	DeprecatedReference: ["I067", "warn"],
	DuplicateYAMLKeysDeprecation: ["D024", "warn"],
	FreshnessConfigProblem: ["I073", "warn"],
	InvalidMacroAnnotation: ["I076", "warn"],
	MissingArgumentsPropertyInGenericTestDeprecation: ["D039", "warn"],
	MacroNotFoundForPatch: ["I059", "warn"],
	NoNodeForYamlKey: ["I058", "warn"],
	NoNodesForSelectionCriteria: ["M030", "warn"],
	NodeNotFoundOrDisabled: ["I060", "warn"],
	PackageNodeDependsOnRootProjectNode: ["I077", "warn"],
	PackageRedirectDeprecation: ["D001", "warn"],
	SeedExceedsLimitAndPathChanged: ["I054", "warn"],
	SeedExceedsLimitSamePath: ["I053", "warn"],
	SeedIncreased: ["I052", "warn"],
	SpacesInResourceNameDeprecation: ["D014", "warn"],
	UnsupportedConstraintMaterialization: ["I068", "warn"],
	UnversionedBreakingChange: ["I071", "warn"],
	UnusedResourceConfigPath: ["I051", "warn"],
	UpcomingReferenceDeprecation: ["I066", "warn"],
	WrongResourceSchemaFile: ["I057", "warn"],
} as const satisfies { readonly [name: string]: readonly [string, MessageLevel] };

export type DbtEvent = keyof typeof EVENTS;

export const isDbtEvent = (name: string): name is DbtEvent => Object.hasOwn(EVENTS, name);

/** Events whose text is a command's result: shown without a time, and also with `-q`. */
const RESULTS: ReadonlySet<string> = new Set(["PrintEvent", "ShowNode", "CompiledNode"]);

export const isResult = (message: LogMessage): boolean => RESULTS.has(message.name);

/** A message with the code and level of its event. `data.msg` is the message itself where nothing else is said. */
export function dbtMessage(
	name: DbtEvent,
	msg: string,
	parts: {
		readonly ts: string;
		readonly data?: { readonly [key: string]: unknown };
		readonly thread?: string | undefined;
		readonly level?: MessageLevel;
	},
): LogMessage {
	const [code, level] = EVENTS[name];
	return Object.freeze({
		name,
		code,
		level: parts.level ?? level,
		msg,
		thread: threadName(parts.thread ?? "MainThread"),
		ts: parts.ts,
		data: parts.data ?? { msg },
	});
}

/** Python tells a pool's threads by what they do. */
const threadName = (thread: string): string => (/^Thread-\d+$/.test(thread) ? `${thread} (worker)` : thread);
