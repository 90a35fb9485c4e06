/** Where the certificates are that SNS signs with. */
export interface SigningCertificates {
  /**
   * The certificate at an address that was found to be Amazon's, as PEM.
   *
   * @throws UnavailableError
   */
  at(url: string): Promise<string>;
}
