/** Where `admin` listens. */
export interface AdminConfig {
  /** IP address. */
  readonly address: string;
  readonly port: number;
}
