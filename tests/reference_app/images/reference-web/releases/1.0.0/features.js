// What releases add to the conversation; the first one adds nothing.
export const features = [];
