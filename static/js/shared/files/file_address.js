/* Addresses of the files of a search (contract, section Files). Rights are checked at each request. */

/** @param {string} board @param {string} file @param {"thumb" | "view" | "original" | "content"} form */
export const fileAddress = (board, file, form) => `/api/v1/boards/${board}/files/${file}/${form}`;
