/** A resource of the API, as a reflector has to know it. */
export interface Resource {
  /** Name in paths, `serviceentries`. */
  readonly plural: string;
  /** Paths of the group's versions, `apis/networking.istio.io/v1`, in order of preference; all have one schema. */
  readonly versions: readonly string[];
  /** It is defined by a CRD, which may not be installed (yet): 404 then means that there are no objects. */
  readonly isCustom: boolean;
  /** Where it must not be read (403) it counts as synced: its user does without it. */
  readonly isOptional: boolean;
  /** '' for all objects. */
  readonly fieldSelector: string;
}
