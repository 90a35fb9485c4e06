/** The client that people sign in through: public, with PKCE. */
export const WEB_CLIENT = 'simlane-web';
/** The port is the client's choice, as for any program on somebody's own machine (RFC 8252, section 7.3). */
export const WEB_REDIRECT_PATH = '/signed-in';
