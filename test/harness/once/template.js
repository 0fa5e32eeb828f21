/** The file with which databases of tests begin: a process migrates it once. */
let file

/**
 * @param {() => Promise<Buffer>} make
 * @returns {Promise<Buffer>}
 */
export const templateOnce = (make) => {
  file ??= make()
  return file
}
