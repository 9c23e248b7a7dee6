/**
 * A component as it was stored before fragments knew fifty events, devices and sources: Ana's visit of fourteen events on
 * one device and her login, taken in by the version of then.
 */
export const FIRST_FORM =
  '{"v":1,"m":[["user_id","ana",1793620830040,1793620830040,[1793620830040,1793620830040,{"email":["ana@example.org",1793620830040,"7ezNfDdH"],"plan":["pro",1793620830040,"7ezNfDdH"],"gone":[null,1793620830040,"7ezNfDdH"]},{"marketing":[1,1793620830040,"7ezNfDdH","web"],"ads":[0,1793620830040,"7ezNfDdH","web"]},[[1793620830040,"7ezNfDdH","identify"]],[1793620830040,"7ezNfDdH"]]],["email","ana@example.org",1793620830040,1793620830040],["anonymous_id","a1",1793620800040,1793620830040,[1793620800040,1793620813040,{},{},[[1793620813040,"ywVv2V8Z","Product Viewed"],[1793620812040,"nzISusoG","Order Completed",12.5],[1793620811040,"TYvBMYDG","Product Viewed"],[1793620810040,"LXZkOvDe","Order Completed",10.5],[1793620809040,"dsIGo5io","Product Viewed"],[1793620808040,"FEKCUrK6","Order Completed",8.5],[1793620807040,"nhxZBZDI","Product Viewed"],[1793620806040,"H_rMzPTj","Order Completed",6.5],[1793620805040,"nh5q0amr","Product Viewed"],[1793620804040,"_Xh2ccHb","Order Completed",4.5],[1793620803040,"Cof8q2pU","Product Viewed"],[1793620802040,"u1IBw0Cv","Order Completed",2.5]],[1793620813040,"ywVv2V8Z",1793620812040,"nzISusoG",1793620811040,"TYvBMYDG",1793620810040,"LXZkOvDe",1793620809040,"dsIGo5io",1793620808040,"FEKCUrK6",1793620807040,"nhxZBZDI",1793620806040,"H_rMzPTj",1793620805040,"nh5q0amr",1793620804040,"_Xh2ccHb",1793620803040,"Cof8q2pU",1793620802040,"u1IBw0Cv",1793620801040,"nWJA9dwM",1793620800040,"vyRzg_E5"]]]],"l":[[0,1,"deterministic","same","web","browser",1,1793620830040,"7ezNfDdH",null],[0,2,"deterministic","same","web","browser",1,1793620830040,"7ezNfDdH",null]]}';

/** The same as it was stored in DynamoDB, under `d`: deflated with the dictionary of then. */
export const FIRST_FORM_DEFLATED =
  "rZVfb4IwFMW/C8/EtFUQ3zbFAXNuy6ZOMcR04p9tGShGVBK/+9LWMCC9NVn2WO65v6T3nFsgIY2opuNmq24SZNURaqDKaaoqFq5AI3qzOFI261qcrKpQrbnIHpd26GqBnudpk8RK3UrkhI0Llp0lCZZLhXWBrtGQRQtdE4oRQ5I8QkGgg7KAFXNHr8yodGJ9FQ8p/u1AKqvKRVznVuWZKX7VTodRSkaWX1ifyz4VboUJ10aZ97rfxY5stTCpGcUOzDsGk7Tdn9iOmi5m9jD2v55SeyGloxIdtXhHuPOc2PiIlXRkce1dt9cZJj1TRrfK8Ka47Prot33bU8NNrnVnST97HnzK4GYZblzgxhbR70QNb3DtbLwm87n7LoM3ynBhaSdeWluyGarhwtI99toH1EllcOZo0aZqYMB0gCEAHQeNBV0E3QKtAS0A5w3OFRxiXhA3j97ub1vhoV9dWy09vWSrWddg78MffznAsyR+LVOkk/+CBecf";

export const firstFormAna = {
  firstSeen: 1793620830040,
  lastSeen: 1793620830040,
  traits: { email: { value: "ana@example.org", by: "7ezNfDdH" }, plan: { value: "pro" }, gone: { value: null } },
  consent: { marketing: { state: "granted", source: "web" }, ads: { state: "denied", at: 1793620830040 } },
  recent: [{ at: 1793620830040, by: "7ezNfDdH", name: "identify" }],
};

/** The device's events, latest first; of the last two only that they were heard. */
export const firstFormVisitor = [
  ["ywVv2V8Z", "Product Viewed"],
  ["nzISusoG", "Order Completed"],
  ["TYvBMYDG", "Product Viewed"],
  ["LXZkOvDe", "Order Completed"],
  ["dsIGo5io", "Product Viewed"],
  ["FEKCUrK6", "Order Completed"],
  ["nhxZBZDI", "Product Viewed"],
  ["H_rMzPTj", "Order Completed"],
  ["nh5q0amr", "Product Viewed"],
  ["_Xh2ccHb", "Order Completed"],
  ["Cof8q2pU", "Product Viewed"],
  ["u1IBw0Cv", "Order Completed"],
  ["nWJA9dwM", ""],
  ["vyRzg_E5", ""],
];
