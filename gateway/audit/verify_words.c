/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_words.c - what a trouble is called, and what it means.
 */
#include "audit/verify.h"

static const struct {
    const char *word, *sentence;
} words[] = {
    [SG_VERIFY_NO_CHECKPOINT] = {"no-checkpoint", "the log has no checkpoint: nothing is signed"},
    [SG_VERIFY_SIGNATURE] = {"signature", "the checkpoint is not signed by the log's key"},
    [SG_VERIFY_ROLLED_BACK] = {"rolled-back", "the checkpoint is of fewer records than before: the "
                                              "log was rolled back"},
    [SG_VERIFY_FORKED] = {"forked", "the checkpoint has another root than before for as many "
                                    "records: the log was forked"},
    [SG_VERIFY_WITNESSES] = {"witnesses", "the witnesses that are asked for have not cosigned"},
    [SG_VERIFY_WITNESS_OLD] = {"witness-old", "the witnesses' cosignatures are older than is asked "
                                              "for"},
    [SG_VERIFY_SILENT] = {"silent", "a gateway has the log open, but has neither sealed nor signed "
                                    "for three epochs"},
    [SG_VERIFY_SEAL_STATE] = {"seal-state", "the gateway's seal key is not the one behind the last "
                                            "seal: the log or the key was rolled back"},
    [SG_VERIFY_KEPT_GONE] = {"kept-gone", "a checkpoint that was kept is of records that were "
                                          "removed since: it cannot be compared"},
    [SG_VERIFY_NO_RECORD] = {"no-record", "this line is not the record that belongs here"},
    [SG_VERIFY_ROOT] = {"root", "records up to here are not those that were signed"},
    [SG_VERIFY_KNOWN] = {"known", "records up to here are not those of the checkpoint that was "
                                  "kept: the log was rewritten or forked"},
    [SG_VERIFY_WITNESSED] = {"witnessed", "records up to here are not those that the witnesses "
                                          "saw: the log was rewritten or forked"},
    [SG_VERIFY_SEAL_FORM] = {"seal-form", "this seal is none: a member is missing or wrong"},
    [SG_VERIFY_SEAL_MISSING] = {"seal-missing", "the seal before this one is missing"},
    [SG_VERIFY_SEAL_TWICE] = {"seal-twice", "this epoch was sealed before"},
    [SG_VERIFY_SEAL_ROOT] = {"seal-root", "records before this seal are not those it sealed"},
    [SG_VERIFY_SEAL_KEY] = {"seal-key", "this seal was not made with the key of its epoch"},
    [SG_VERIFY_TIME] = {"time", "this seal is older than what stands before it"},
    [SG_VERIFY_SHORT] = {"short", "records that were signed are missing at the end"},
    [SG_VERIFY_REMOVED] = {"removed", "records before this one are gone, and no record says that "
                                      "they were removed"},
    [SG_VERIFY_EARLY] = {"removed-early", "records were removed that were younger than --retention "
                                          "asks for"},
    [SG_VERIFY_UNSIGNED] = {"unsigned", "records from here on are not signed yet"},
    [SG_VERIFY_UNSEALED] = {"unsealed", "records from here on are not sealed yet"},
};

bool sg_verify_has_place(enum sg_verify_what what)
{
    return what >= SG_VERIFY_NO_RECORD;
}

const char *sg_verify_word(enum sg_verify_what what)
{
    return words[what].word;
}

const char *sg_verify_sentence(enum sg_verify_what what)
{
    return words[what].sentence;
}
