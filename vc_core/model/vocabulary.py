"""Lists of values: our names to those of Open Badges 3.0 and of our own context; reading them is in `enumerations`."""

KINDS = {"micro_credential": "MicroCredential", "regular": "Course", "extra_curricular": "CoCurricular"}

PARTICIPATION = {
    "online": "online",
    "onsite": "onsite",
    "blended": "blended",
    "work_experience": "workExperience",
}

# `oram_exam` is how edubadges spells it today.
ASSESSMENT_TYPES = {
    "written_exam": "writtenExam",
    "report_paper": "reportPaper",
    "behavioural_assessment": "behaviouralAssessment",
    "professional_product": "professionalProduct",
    "development_report": "developmentReport",
    "portfolio_assessment": "portfolioAssessment",
    "oral_exam": "oralExam",
    "oram_exam": "oralExam",
    "personalized_assessment": "personalizedAssessment",
}

LEARNING_SETTINGS = frozenset({"formal", "nonFormal"})

CREDIT_FRAMEWORKS = frozenset({"ECTS"})

PROGRAMME_TYPES = {"RIO": "ext:RIO", "CREBO": "ext:CREBO", "ISAT": "ext:ISAT"}

ACHIEVEMENT_TYPES = frozenset(
    {
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    }
)

RESULT_TYPES = frozenset(
    {
        "GradePointAverage",
        "LetterGrade",
        "Percent",
        "PerformanceLevel",
        "PredictedScore",
        "RawScore",
        "Result",
        "RubricCriterion",
        "RubricCriterionLevel",
        "RubricScore",
        "ScaledScore",
        "Status",
    }
)

TARGET_TYPES = frozenset(
    {
        "ceasn:Competency",
        "ceterms:Credential",
        "CFItem",
        "CFRubric",
        "CFRubricCriterion",
        "CFRubricCriterionLevel",
        "CTDL",
    }
)

# ResultStatusType: the one list of Open Badges 3.0 without extensions.
RESULT_STATUSES = frozenset({"Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"})

IDENTIFIER_TYPES = frozenset(
    {
        "name",
        "sourcedId",
        "systemId",
        "productId",
        "userName",
        "accountId",
        "emailAddress",
        "nationalIdentityNumber",
        "isbn",
        "issn",
        "lisSourcedId",
        "oneRosterSourcedId",
        "sisSourcedId",
        "ltiContextId",
        "ltiDeploymentId",
        "ltiToolId",
        "ltiPlatformId",
        "ltiUserId",
        "identifier",
    }
)

# CLR 2.0, AssociationTypeEnum
ASSOCIATION_TYPES = frozenset(
    {
        "exactMatchOf",
        "isChildOf",
        "isParentOf",
        "isPartOf",
        "isPeerOf",
        "isRelatedTo",
        "precedes",
        "replacedBy",
    }
)
