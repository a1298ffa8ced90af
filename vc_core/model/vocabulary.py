"""Lists of values: our names to those of Open Badges 3.0 and of our own context."""

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
